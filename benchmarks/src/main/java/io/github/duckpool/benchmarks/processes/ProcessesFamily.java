package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import io.github.duckpool.benchmarks.harness.Together;
import io.github.duckpool.benchmarks.processes.Transactions.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Several processes on one file. */
public final class ProcessesFamily implements Family {
    private static final String GROUP = "one thread each";
    private static final String ONE = "one process is busy";

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public String question() {
        return "How many one-row transactions do several processes get done on one file, how evenly (Jain's index: 1 is perfectly even), "
                + "and how many lock errors reach them? duckpool takes turns with its defaults; the other way opens the file for each "
                + "transaction, up to 8 times with exponential backoff and full jitter, and closes it; the third leaves the file to one server process, which "
                + "is asked through sockets. And what does a neighbour cost that has used the file and is idle now?";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Metric> metrics() {
        return Transactions.METRICS;
    }

    @Override
    public String reference() {
        return Transactions.POOL;
    }

    @Override
    public List<String> own() {
        return List.of(Transactions.POOL, Transactions.IDLE);
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(9);
            case REPORT -> Duration.ofSeconds(90);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(5));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        if (effort == Effort.QUICK) {
            return shared(
                    List.of(new Window(2, 1)), List.of(Transactions.POOL, Transactions.RETRY, Transactions.SERVER));
        }
        double times = effort.isComplete() ? effort.part(3.0) : 1;
        // Long enough for some turns of each: whoever has had one more than the others is no proof of unfairness.
        List<Case> cases = new ArrayList<>(shared(
                List.of(new Window(2, 2 * times), new Window(4, 3 * times), new Window(6, 5 * times)),
                List.of(Transactions.POOL, Transactions.RETRY, Transactions.SERVER)));
        cases.add(Case.of(
                ONE,
                "1 thread",
                List.of(Transactions.POOL, Transactions.IDLE),
                way -> directory -> Transactions.run(directory, way, new Window(1, 2 * times))));
        return cases;
    }

    /** A case for each window; the first turn of a way measures all of them. */
    private static List<Case> shared(List<Window> windows, List<String> ways) {
        List<Window> widestFirst = windows.stream()
                .sorted(Comparator.comparingInt(Window::processes).reversed())
                .toList();
        Map<String, Together> together = new HashMap<>();
        for (String way : ways) {
            together.put(
                    way, Together.of((directory, samples) -> Transactions.run(directory, way, widestFirst, samples)));
        }
        return windows.stream()
                .map(window -> Case.of(GROUP, window.at(), ways, way -> Objects.requireNonNull(together.get(way))
                        .turn(window.at())))
                .toList();
    }

    private static Ratio ratio(int processes, String metric, @Nullable String over) {
        return new Ratio(GROUP, new Window(processes, 0).at(), metric, Transactions.POOL, over);
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.atLeast(
                        "transactions/s of 2 processes, over opening for each",
                        ratio(2, Transactions.THROUGHPUT, Transactions.RETRY),
                        3),
                Target.atLeast(
                        "transactions/s of 4 processes, over opening for each",
                        ratio(4, Transactions.THROUGHPUT, Transactions.RETRY),
                        3),
                Target.atLeast(
                        "transactions/s of 6 processes, over opening for each",
                        ratio(6, Transactions.THROUGHPUT, Transactions.RETRY),
                        3),
                Target.atLeast("Jain's index of 6 processes", ratio(6, Transactions.JAIN, null), 0.99),
                Target.atMost("lock errors of 4 processes", ratio(4, Transactions.ERRORS, null), 0),
                Target.atMost("lock errors of 6 processes", ratio(6, Transactions.ERRORS, null), 0));
    }
}
