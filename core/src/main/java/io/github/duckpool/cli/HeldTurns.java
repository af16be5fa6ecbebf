package io.github.duckpool.cli;

import io.github.duckpool.lock.LockTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The turns that the commands around this one have, innermost first, as the environment hands them down: {@code DUCKPOOL_TURNS} holds, parted
 * by colons, who has each of them, an {@code @} and the file's real path, with a backslash before each colon and backslash in it. Immutable.
 *
 * <p>Two nests of commands that take turns on two files in opposite order wait for each other for ever. They can't if everybody takes them in
 * one order, so a wait against the order of the paths has to have an end.
 *
 * <p>An environment outlives the turn it tells of: what a command leaves in the background keeps it when the runner has ended, and with
 * it the turn. So each turn names its runner, by its number and the PID namespace in which that is one, and counts only until that has ended.
 */
final class HeldTurns {
    /** Tells the command that it runs inside turns: who has them, and the files' real paths. */
    static final String VARIABLE = "DUCKPOOL_TURNS";

    private static final char RUNNER_END = '@';
    private static final String QUEUE = ".queue";

    private final List<Turn> turns;

    private record Turn(String runner, String file) {
        @Override
        public String toString() {
            return runner + RUNNER_END + file;
        }
    }

    private HeldTurns(List<Turn> turns) {
        this.turns = List.copyOf(turns);
    }

    /** Reads the variable; null if it is not set. */
    static HeldTurns parse(@Nullable String value) {
        List<Turn> turns = new ArrayList<>();
        if (value == null || value.isEmpty()) {
            return new HeldTurns(turns);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ':') {
                turns.add(turn(text.toString()));
                text.setLength(0);
            } else {
                text.append(c == '\\' && i + 1 < value.length() ? value.charAt(++i) : c);
            }
        }
        turns.add(turn(text.toString()));
        return new HeldTurns(turns);
    }

    private static Turn turn(String text) {
        int end = text.indexOf(RUNNER_END);
        return new Turn(text.substring(0, Math.max(0, end)), text.substring(end + 1));
    }

    /** These and one more, of a runner. */
    HeldTurns with(String runner, String file) {
        List<Turn> all = new ArrayList<>(List.of(new Turn(runner, file)));
        all.addAll(turns);
        return new HeldTurns(all);
    }

    /** Those that are not over; who is asked is told of a turn's runner and file. */
    HeldTurns without(BiPredicate<String, String> over) {
        return new HeldTurns(turns.stream()
                .filter(turn -> !over.test(turn.runner, turn.file))
                .toList());
    }

    /** Whether one of them is on this file, so that another would wait for it for ever. */
    boolean contain(String file) {
        return turns.stream().anyMatch(turn -> turn.file.equals(file));
    }

    /** One of them on a file that comes behind this one in the order of the paths. */
    Optional<String> behind(String file) {
        return turns.stream()
                .map(Turn::file)
                .filter(held -> held.compareTo(file) > 0)
                .findFirst();
    }

    /** This process as a runner. */
    static String self() {
        return ProcessHandle.current().pid() + namespace();
    }

    /**
     * Whether a turn is known to be over, because its runner has ended; never so of another PID namespace's, which can't be seen from here. Where
     * {@code /proc} is mounted with {@code hidepid}, a runner of another user can't be seen either; but its lock on the queue can.
     */
    static boolean isOver(String runner, String file) {
        String namespace = namespace();
        String pid = runner.substring(0, Math.max(0, runner.length() - namespace.length()));
        if (!runner.endsWith(namespace) || !pid.matches("\\d{1,18}")) {
            return false;
        }
        long number = Long.parseLong(pid);
        boolean isSeen = ProcessHandle.of(number).filter(ProcessHandle::isAlive).isPresent();
        return !isSeen && !isQueued(number, file);
    }

    private static boolean isQueued(long pid, String file) {
        Path companion = Path.of(file + QUEUE);
        return LockTable.read().map(table -> table.queue(companion)).orElse(List.of()).stream()
                .anyMatch(place -> place.pid() == pid);
    }

    /** The PID namespace of this process, such as {@code .4026531836}; nothing where there is no such thing, as outside of Linux. */
    private static String namespace() {
        try {
            return "."
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"))
                            .toString()
                            .replaceAll("\\D", "");
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        StringBuilder value = new StringBuilder();
        for (Turn turn : turns) {
            value.append(value.length() == 0 ? "" : ":")
                    .append(turn.toString().replace("\\", "\\\\").replace(":", "\\:"));
        }
        return value.toString();
    }
}
