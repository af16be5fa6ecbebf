package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.Termination;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code free}: ends the processes that keep others from a file, after it was told to. */
@Command(
        name = "free",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Ends the processes that keep others from a database file, if you say so.",
        description = {
            "",
            "Without --yes it prints what it would do, and at a terminal asks. Right before each signal it looks again whether it is the"
                    + " same process and still has the file. It never ends itself, process 1, processes in containers, or what the"
                    + " operating system does not permit.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nobody keeps others from the file, or those who did have ended",
            "1:it can't be told",
            "2:the arguments are wrong",
            "3:somebody still does, also after a mere look"
        })
final class Free implements Callable<Integer> {
    /** Looks who has a file. */
    @FunctionalInterface
    interface Looker {
        LockHolders look(Path file) throws IOException;
    }

    private final Looker looker;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DatabaseFile database;

    @Option(
            names = {"-y", "--yes"},
            description = "Do it, without asking.")
    private boolean yes;

    @Option(
            names = {"-f", "--force"},
            description = "Kill (SIGKILL) who is still there after the grace time: its uncommitted work is lost.")
    private boolean force;

    @Option(
            names = {"-g", "--grace"},
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "How long each process may take to end; ${DEFAULT-VALUE} if not given.")
    @SuppressWarnings("NullAway.Init")
    private Duration grace;

    Free() {
        this(LockHolders::of);
    }

    Free(Looker looker) {
        this.looker = looker;
    }

    @Override
    public Integer call() throws CommandFailure, IOException, InterruptedException {
        Path file = database.path();
        LockHolders seen = looker.look(file);
        List<LockHolder> inTheWay = inTheWay(seen);
        if (inTheWay.isEmpty()) {
            say(seen.file()
                    + (seen.isConclusive()
                            ? ": nobody keeps others from it"
                            : ": it can't be told who keeps others from it"));
            seen.notes().forEach(note -> say("Note: " + note));
            return seen.isConclusive() ? ExitCode.OK : ExitCode.FAILED;
        }
        int possible = 0;
        for (LockHolder holder : inTheWay) {
            Optional<String> objection = objection(holder);
            if (!yes || objection.isPresent()) {
                say(objection
                        .map(why -> "would leave alone " + holder + ": " + why)
                        .orElseGet(() -> plan(holder)));
            }
            possible += objection.isEmpty() ? 1 : 0;
        }
        if (possible == 0 || !isConfirmed(possible)) {
            if (possible == 0 && isFreeNow(file)) { // they ended while they were looked at
                say(seen.file() + " is free");
                return ExitCode.OK;
            }
            say(possible == 0 ? "nothing can be done from here" : "nothing was done; --yes does it");
            return ExitCode.HELD;
        }
        boolean ended = true;
        for (LockHolder holder : inTheWay) {
            ended &= end(holder);
        }
        return report(file, inTheWay, ended);
    }

    /** Those with DuckDB's lock. If nobody has it, those with the turn: they may wait for just that lock, and are not in the way then. */
    private static List<LockHolder> inTheWay(LockHolders seen) {
        List<LockHolder> blockers = Holding.blockers(seen);
        List<LockHolder> locking = blockers.stream()
                .filter(holder -> holder.mode() != LockHolder.Mode.NONE)
                .toList();
        return locking.isEmpty() ? blockers : locking;
    }

    private String plan(LockHolder holder) {
        String reason = Holding.hasTurn(holder) && holder.mode() == LockHolder.Mode.NONE
                ? "has the turn"
                : "holds the " + holder.mode().name().toLowerCase(Locale.ROOT) + " lock";
        return "would ask " + holder + ", which " + reason + ", to end (SIGTERM), and wait up to " + Text.time(grace)
                + (force ? ", then kill it (SIGKILL)" : "");
    }

    @SuppressWarnings("SystemConsoleNull") // up to Java 21 it is null where there is no terminal
    private boolean isConfirmed(int processes) {
        Console console = System.console();
        if (yes || console == null || !Terminal.isThere()) {
            return yes;
        }
        String answer = console.readLine("End %s? [y/N] ", processes == 1 ? "it" : "these " + processes);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }

    /** Whether it is out of the way now. */
    private boolean end(LockHolder holder) throws InterruptedException {
        if (objection(holder).isPresent()) {
            return false; // said in the plan
        }
        Termination ended = holder.terminate(grace);
        say(ended.detail());
        if (force && ended.outcome() == Termination.Outcome.STILL_THERE) {
            ended = holder.terminateForcibly();
            say(ended.detail());
        }
        return ended.isFreed();
    }

    /** To end who has started this program would end it too. */
    private static Optional<String> objection(LockHolder holder) {
        Optional<ProcessHandle> ancestor = ProcessHandle.current().parent();
        while (ancestor.isPresent()) {
            if (ancestor.get().pid() == holder.pid()) {
                return Optional.of("it has started this program");
            }
            ancestor = ancestor.get().parent();
        }
        return holder.objection();
    }

    private boolean isFreeNow(Path file) throws IOException {
        try {
            LockHolders now = looker.look(file);
            return inTheWay(now).isEmpty() && now.isConclusive();
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /**
     * Looks again. Who only had to wait for this may have the file already; and who was not ended by this may have ended by itself.
     *
     * @return the exit code: whether those who were in the way are so no more
     */
    private int report(Path file, List<LockHolder> before, boolean ended) throws IOException {
        LockHolders now;
        try {
            now = looker.look(file);
        } catch (NoSuchFileException e) {
            return ExitCode.OK; // it was deleted, and those who had it have ended
        }
        List<LockHolder> left = inTheWay(now);
        boolean others = ended || left.stream().noneMatch(holder -> isAmong(holder, before));
        String names = left.stream().map(LockHolder::toString).collect(Collectors.joining(", "));
        if (left.isEmpty()) {
            boolean told = ended || now.isConclusive();
            say(now.file() + (told ? " is free" : ": it can't be told whether it is free"));
            return told ? ExitCode.OK : ExitCode.FAILED;
        } else if (others) {
            say(now.file() + " was free; now " + names + " has it");
        } else {
            say(now.file() + " is still held by " + names
                    + (force ? "" : "; --force kills who does not end by itself"));
        }
        return others ? ExitCode.OK : ExitCode.HELD;
    }

    private static boolean isAmong(LockHolder holder, List<LockHolder> before) {
        return before.stream()
                .anyMatch(each -> each.pid() == holder.pid() && each.started().equals(holder.started()));
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        Text.wrap(line, Terminal.width()).forEach(out::println);
        out.flush();
    }
}
