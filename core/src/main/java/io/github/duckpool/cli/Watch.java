package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.QueuePlace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code watch}: {@code who} again and again. In a terminal one picture that changes, elsewhere a line for each change. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Shows who has a file, as it changes, until it is interrupted.",
        description = {"", "Without a terminal it prints a line for each change.", ""},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:after --count looks, nobody has it",
            "1:there is no such file",
            "2:the arguments are wrong",
            "3:after --count looks, somebody has it",
            "130:it was interrupted"
        })
final class Watch implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final String FROM_THE_TOP = "\u001b[H";
    private static final String CLEAR = "\u001b[2J";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DatabaseFile database;

    @Option(
            names = {"-n", "--interval"},
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "The time between two looks; ${DEFAULT-VALUE} if not given.")
    @SuppressWarnings("NullAway.Init")
    private Duration interval;

    @Option(names = "--count", paramLabel = "N", description = "End after so many looks.")
    private int count;

    @Override
    public Integer call() throws CommandFailure, IOException, InterruptedException {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--interval must be at least 50ms, was " + Text.time(interval));
        }
        Path file = database.path();
        PrintWriter out = spec.commandLine().getOut();
        boolean live = Terminal.isThere();
        String before = "";
        int exitCode = Holding.exitCode(LockHolders.of(file)); // fails for a file that is not there to begin with
        out.print(live ? CLEAR : "");
        for (int looks = 1; ; looks++) {
            try {
                LockHolders seen = LockHolders.of(file);
                exitCode = Holding.exitCode(seen);
                if (live) {
                    Terminal.Size size = Terminal.size();
                    picture(out, HoldersTable.of(seen, Math.max(20, size.columns())), size);
                } else {
                    before = change(out, before, summary(seen));
                }
            } catch (NoSuchFileException e) {
                exitCode = ExitCode.OK;
                if (live) {
                    picture(out, List.of(Text.line(FailureText.of(e))), Terminal.size());
                } else {
                    before = change(out, before, "no such file");
                }
            }
            if (looks == count) {
                return exitCode;
            }
            TimeUnit.NANOSECONDS.sleep(interval.toNanos());
        }
    }

    private void picture(PrintWriter out, List<String> lines, Terminal.Size size) {
        out.print(FROM_THE_TOP);
        for (String line : fitting(lines, size)) {
            out.print(line + REST_OF_LINE + "\n");
        }
        out.print(REST_OF_LINE + "\n" + now() + ", every " + Text.time(interval) + "; Ctrl+C ends it" + REST_OF_SCREEN
                + "\n");
        out.flush();
    }

    /**
     * As many lines as leave room for the last two and the cursor, with each no longer than the terminal is wide: a picture that scrolls
     * would not be drawn over the one before. The first line begins with the file's path and ends with the answer, so its end stays.
     */
    static List<String> fitting(List<String> lines, Terminal.Size size) {
        int room = Math.max(1, size.rows() - 3);
        List<String> shown = lines.stream()
                .limit(lines.size() <= room ? room : room - 1)
                .map(line -> Text.cut(line, size.columns()))
                .collect(Collectors.toCollection(ArrayList::new));
        if (!shown.isEmpty()) {
            shown.set(0, Text.cutBefore(lines.get(0), size.columns()));
        }
        if (shown.size() < lines.size()) {
            shown.add(Text.cut("… and " + (lines.size() - shown.size()) + " more lines", size.columns()));
        }
        return shown;
    }

    private static String change(PrintWriter out, String before, String now) {
        if (!now.equals(before)) {
            out.println(now() + "  " + now);
            out.flush();
        }
        return now;
    }

    private static String now() {
        return LocalTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("HH:mm:ss"));
    }

    private static String summary(LockHolders seen) {
        long waiting = seen.queue().stream()
                .filter(member -> !member.queuePlace().map(QueuePlace::turn).orElse(true))
                .count();
        return waiting == 0 ? state(seen) : state(seen) + "; waiting: " + waiting;
    }

    private static String state(LockHolders seen) {
        List<LockHolder> blockers = Holding.blockers(seen);
        if (blockers.isEmpty()) {
            if (Holding.isHeld(seen)) {
                return "open without a lock";
            }
            return seen.isConclusive() ? "free" : "it can't be told who has it";
        }
        return blockers.stream()
                .map(holder -> lock(holder) + " " + Text.line(holder.toString()))
                .collect(Collectors.joining("; "));
    }

    private static String lock(LockHolder holder) {
        return switch (holder.mode()) {
            case WRITE -> "written by";
            case READ -> "read by";
            case NONE -> "turn of";
        };
    }
}
