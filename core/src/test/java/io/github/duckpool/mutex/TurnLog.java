package io.github.duckpool.mutex;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one process writes down about its turns, a line at a time and straight to the kernel, so that a killed process leaves
 * everything it wrote. Times are of the monotonic clock, which all processes of a host share.
 *
 * <pre>
 * A turn E|S ticket counter nanos    the turn came, and the counter read so
 * R turn counter nanos               about to give it back, having left the counter so
 * </pre>
 */
final class TurnLog implements AutoCloseable {
    private final FileOutputStream out;

    TurnLog(Path file) throws IOException {
        out = new FileOutputStream(file.toFile(), true);
    }

    void acquired(String turn, boolean shared, long ticket, long counter) throws IOException {
        write("A " + turn + (shared ? " S " : " E ") + ticket + " " + counter + " " + System.nanoTime() + "\n");
    }

    void releasing(String turn, long counter) throws IOException {
        write("R " + turn + " " + counter + " " + System.nanoTime() + "\n");
    }

    private void write(String line) throws IOException {
        out.write(line.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** One turn as it was written down; a holder that was killed left no end. */
    record Turn(
            String name,
            boolean shared,
            long ticket,
            long counterBefore,
            long startNanos,
            @Nullable Long counterAfter,
            @Nullable Long endNanos) {
        boolean complete() {
            return endNanos != null;
        }
    }

    static List<Turn> read(Path directory) throws IOException {
        Map<String, Turn> turns = new HashMap<>();
        try (var files = Files.newDirectoryStream(directory, "*.log")) {
            for (Path file : files) {
                for (String line : Files.readAllLines(file)) {
                    parse(line.split(" "), turns);
                }
            }
        }
        var sorted = new ArrayList<>(turns.values());
        sorted.sort(Comparator.comparingLong(Turn::startNanos));
        return sorted;
    }

    private static void parse(String[] words, Map<String, Turn> turns) {
        if (words[0].equals("A") && words.length == 6) {
            turns.put(
                    words[1],
                    new Turn(
                            words[1],
                            words[2].equals("S"),
                            Long.parseLong(words[3]),
                            Long.parseLong(words[4]),
                            Long.parseLong(words[5]),
                            null,
                            null));
        } else if (words[0].equals("R") && words.length == 4) {
            turns.computeIfPresent(
                    words[1],
                    (name, turn) -> new Turn(
                            name,
                            turn.shared,
                            turn.ticket,
                            turn.counterBefore,
                            turn.startNanos,
                            Long.parseLong(words[2]),
                            Long.parseLong(words[3])));
        }
    }
}
