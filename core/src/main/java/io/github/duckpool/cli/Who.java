package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolders;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code who}: the processes that have a file. */
@Command(
        name = "who",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Shows which processes have a database file, and who waits for it.",
        description = {
            "",
            "LOCK is DuckDB's lock: write keeps everybody else out, read keeps writers out, none keeps nobody out, gone is a lock on a"
                    + " deleted file. TURN is the place in the queue of programs that take turns.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nobody has it",
            "1:it can't be told",
            "2:the arguments are wrong",
            "3:somebody has it open, or the turn on it"
        })
final class Who implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DatabaseFile database;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws CommandFailure, IOException {
        LockHolders seen = LockHolders.of(database.path());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(HoldersJson.of(seen));
        } else {
            HoldersTable.of(seen, Terminal.width()).forEach(out::println);
        }
        out.flush();
        return Holding.exitCode(seen);
    }
}
