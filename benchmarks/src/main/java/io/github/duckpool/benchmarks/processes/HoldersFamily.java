package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Contender;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import io.github.duckpool.lock.LockHolders;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A look at who has a file, on a machine with many processes. */
public final class HoldersFamily implements Family {
    private static final int PROCESSES = 500;
    private static final String GROUP = PROCESSES + " processes at least";
    private static final String AT = "12 descriptors for each that was added";
    private static final String LOOK = "LockHolders.of";
    private static final String NAMES = "ProcessHandle.allProcesses, with commands";
    private static final String MEDIAN = "time of a look";
    private static final String P90 = "p90";

    /** Starts as many processes as it is told, with files and devices open, and ends them when its input ends. */
    private static final String CROWD = """
            cd "$2"
            exec 3</dev/null
            i=0
            while [ "$i" -lt "$1" ]; do
                sleep 600 4<"$2" 5>"own$i" 6</dev/null 7</dev/zero 8</dev/null 9</dev/null &
                i=$((i + 1))
            done
            echo up
            read -r over
            kill $(jobs -p)
            """;

    @Override
    public String name() {
        return "holders";
    }

    @Override
    public String question() {
        return "How long does it take to find out which processes have a file, when there are many, in a JVM that has looked before? "
                + "Beside it what the JDK takes to name all processes and their commands, which says nothing of files.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(MEDIAN, "ms"), Metric.cost(P90, "ms"));
    }

    @Override
    public String reference() {
        return LOOK;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(3);
            case REPORT -> Duration.ofSeconds(10);
            case FULL, TRIAL -> effort.budget(Duration.ofSeconds(60));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        int looks = effort == Effort.QUICK ? 20 : effort.part(50);
        return List.of(new Case(
                GROUP,
                AT,
                List.of(
                        new Contender(LOOK, directory -> run(directory, looks, LockHolders::of)),
                        new Contender(NAMES, directory -> run(directory, looks, file -> commands())))));
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.atMost("a look with 500 processes, in ms", new Ratio(GROUP, AT, MEDIAN, LOOK, null), 50));
    }

    @FunctionalInterface
    private interface Look {
        Object at(Path file) throws IOException;
    }

    private static List<String> commands() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .toList();
    }

    private static Map<String, Double> run(Path directory, int looks, Look look)
            throws IOException, InterruptedException {
        Path file = Files.createFile(directory.resolve("letters.duckdb"));
        int more = Math.max(1, PROCESSES - processes());
        Process crowd = new ProcessBuilder("sh", "-c", CROWD, "crowd", Integer.toString(more), directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader told = crowd.inputReader(StandardCharsets.US_ASCII)) {
            if (!"up".equals(told.readLine())) {
                throw new IOException("the processes could not be started");
            }
            double[] millis = new double[looks];
            for (int i = -looks; i < looks; i++) { // the first half warms up
                long from = System.nanoTime();
                look.at(file);
                millis[Math.max(0, i)] = (System.nanoTime() - from) / 1e6;
            }
            Arrays.sort(millis);
            return Map.of(MEDIAN, millis[looks / 2], P90, millis[looks * 9 / 10]);
        } finally {
            List<ProcessHandle> sleepers = crowd.descendants().toList();
            sleepers.forEach(ProcessHandle::destroyForcibly);
            crowd.destroyForcibly().waitFor();
        }
    }

    private static int processes() {
        String[] names = new File("/proc").list((directory, name) -> Character.isDigit(name.charAt(0)));
        return names == null ? 0 : names.length;
    }
}
