package io.github.duckpool.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How often the threads of this process have left the processor. Linux; not a number elsewhere.
 *
 * @param voluntary because they waited
 * @param involuntary because another was to run
 */
public record ContextSwitches(double voluntary, double involuntary) {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String VOLUNTARY = "voluntary_ctxt_switches:";
    private static final String INVOLUNTARY = "nonvoluntary_ctxt_switches:";

    /**
     * Counts those of the threads that live.
     *
     * @return the counts since each of them began
     * @throws IOException if the threads can't be listed
     */
    public static ContextSwitches now() throws IOException {
        if (!Files.isDirectory(TASKS)) {
            return new ContextSwitches(Double.NaN, Double.NaN);
        }
        double voluntary = 0;
        double involuntary = 0;
        try (Stream<Path> tasks = Files.list(TASKS)) {
            for (Path task : tasks.toList()) {
                for (String line : status(task)) {
                    if (line.startsWith(VOLUNTARY)) {
                        voluntary += Double.parseDouble(line.substring(VOLUNTARY.length()));
                    } else if (line.startsWith(INVOLUNTARY)) {
                        involuntary += Double.parseDouble(line.substring(INVOLUNTARY.length()));
                    }
                }
            }
        }
        return new ContextSwitches(voluntary, involuntary);
    }

    private static List<String> status(Path task) {
        try {
            return Files.readAllLines(task.resolve("status"));
        } catch (IOException e) {
            return List.of(); // the thread has ended meanwhile
        }
    }

    /**
     * What came after an earlier count.
     *
     * @param before the earlier one, of the same threads
     * @return the difference
     */
    public ContextSwitches since(ContextSwitches before) {
        return new ContextSwitches(voluntary - before.voluntary, involuntary - before.involuntary);
    }
}
