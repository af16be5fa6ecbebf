package io.github.duckpool.cli;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code run}: any program while this one has the turn on a file. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Waits for the turn on a file, and runs a command while having it.",
        customSynopsis = "duckpool run [OPTIONS] FILE -- COMMAND [ARGUMENTS]",
        description = {
            "",
            "The command starts when its turn in the file's queue has come, before which every program that takes turns has closed"
                    + " the file, and when no other program holds DuckDB's lock on it. It should open the file itself, and not queue"
                    + " for it: the turn is taken already. The turn ends with the command.",
            "",
            "SIGINT, SIGTERM and SIGHUP go to the command. If this program is killed, the command gets SIGTERM.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "*:the command's own",
            "128+n:the command, or the wait for the turn, was ended by signal n",
            "124:the turn, or DuckDB's lock, did not come in time",
            "125:the arguments are wrong, or the queue can't be used",
            "126:the command can't be started",
            "127:there is no such command"
        })
final class Run implements Callable<Integer> {
    /** Tells the command that it runs inside a turn: the file's real path; of several the innermost. */
    static final String TURN = "DUCKPOOL_TURN";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DatabaseFile database;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run, after a --.")
    @SuppressWarnings("NullAway.Init")
    private List<String> command;

    @Option(
            names = {"-s", "--shared"},
            description = "Share the turn with others who only read, and start beside DuckDB's readers.")
    private boolean shared;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            description = "How long to wait at most, such as 30s, 500ms, 5m; 0 does not wait. For ever if not given.")
    private @Nullable Duration timeout;

    @Option(
            names = "--queue-only",
            description = "Start when the turn has come, even if a program that takes no turns has the file locked.")
    private boolean queueOnly;

    @Option(
            names = {"-q", "--quiet"},
            description = "Don't say on the standard error what is waited for.")
    private boolean quiet;

    @Override
    public Integer call() throws CommandFailure, IOException {
        if (!spec.commandLine().getParseResult().originalArgs().contains("--")) {
            throw new ParameterException(
                    spec.commandLine(), "write -- before the command: duckpool run FILE -- " + Text.command(command));
        }
        Path path = database.path();
        FileMutex mutex = FileMutex.of(path);
        HeldTurns turns = HeldTurns.parse(System.getenv(HeldTurns.VARIABLE)).without(HeldTurns::isOver);
        String file = mutex.file().toString();
        refuseToWaitForever(turns, file);
        var patience = new Patience(timeout, quiet ? null : spec.commandLine().getErr());
        try (var child = new Child()) {
            try (Permit turn = TurnWait.on(mutex, shared, patience)) {
                if (!queueOnly) {
                    LockWait.on(mutex.file(), shared, patience);
                }
                child.start(
                        command,
                        Map.of(
                                TURN,
                                file,
                                HeldTurns.VARIABLE,
                                turns.with(HeldTurns.self(), file).toString()));
                return child.await();
            } catch (InterruptedException e) {
                return child.endedEarly()
                        .orElseThrow(() -> new CommandFailure(ExitCode.RUNNER_FAILED, "interrupted", e));
            }
        }
    }

    private void refuseToWaitForever(HeldTurns turns, String file) throws CommandFailure {
        if (turns.contain(file)) {
            throw new CommandFailure(
                    ExitCode.RUNNER_FAILED,
                    "this already runs inside a turn on " + Text.line(file)
                            + ", and would wait for itself; run the command directly");
        }
        Optional<String> behind = turns.behind(file);
        if (behind.isPresent() && timeout == null) {
            throw new CommandFailure(
                    ExitCode.RUNNER_FAILED,
                    "this already runs inside a turn on " + Text.line(behind.get())
                            + ", and who takes both the other way round would wait for it while it waits for them: take the turn on "
                            + Text.line(file) + " first, or say with --timeout how long to wait");
        }
    }
}
