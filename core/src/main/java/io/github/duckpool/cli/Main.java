package io.github.duckpool.cli;

import java.io.PrintWriter;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program {@code duckpool}: who has a DuckDB file, how to free it, and how to take turns on it from a shell. */
@Command(
        name = "duckpool",
        header = "Who holds a DuckDB file, how to free it, and how to take turns on it.",
        description = "",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {Who.class, Check.class, Watch.class, Free.class, Run.class, GenerateCompletion.class},
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; nobody has the file",
            "1:it failed, or the check found a problem",
            "2:the arguments are wrong",
            "3:somebody has the file",
            "*:\"run\" passes on its command's, see \"duckpool run --help\""
        },
        footer = {"", "duckpool COMMAND --help tells more of each."})
final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error.")
    private boolean verbose;

    /** Starts the program, and ends the Java runtime with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The program, for those who run it with other outputs. */
    static CommandLine commandLine() {
        var main = new Main();
        return new CommandLine(main)
                .registerConverter(java.time.Duration.class, new TimeConverter())
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(main::wrongArguments)
                .setExecutionExceptionHandler((failure, command, parsed) -> main.failed(failure, command));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    private int wrongArguments(ParameterException wrong, String[] args) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("duckpool: " + Text.line(String.valueOf(wrong.getMessage())) + "; see "
                + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return isRun(command) ? ExitCode.RUNNER_FAILED : ExitCode.USAGE;
    }

    private int failed(Exception failure, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println("duckpool: " + Text.line(FailureText.of(failure)));
        if (verbose) {
            failure.printStackTrace(err);
        }
        err.flush();
        if (failure instanceof CommandFailure known && known.exitCode() != ExitCode.USAGE) {
            return known.exitCode();
        }
        if (isRun(command)) {
            return ExitCode.RUNNER_FAILED;
        }
        return failure instanceof CommandFailure ? ExitCode.USAGE : ExitCode.FAILED;
    }

    /** Whose exit codes are kept apart from those of the command that it runs. */
    private static boolean isRun(CommandLine command) {
        return command.getCommandSpec().userObject() instanceof Run;
    }
}
