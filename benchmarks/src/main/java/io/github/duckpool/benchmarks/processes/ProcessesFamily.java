package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Contender;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
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
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(9);
            case REPORT -> Duration.ofSeconds(90);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(5));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        return switch (effort) {
            case QUICK -> List.of(shared(2, 1, Transactions.POOL, Transactions.RETRY));
            case REPORT -> all(1);
            case FULL, TRIAL -> all(effort.part(3.0));
        };
    }

    /** Long enough for some turns of each: whoever has had one more than the others is no proof of unfairness. */
    private static List<Case> all(double times) {
        return List.of(
                shared(2, 2 * times, Transactions.POOL, Transactions.RETRY, Transactions.SERVER),
                shared(4, 3 * times, Transactions.POOL, Transactions.RETRY, Transactions.SERVER),
                shared(6, 7 * times, Transactions.POOL, Transactions.RETRY, Transactions.SERVER),
                new Case(
                        ONE,
                        "1 thread",
                        Stream.of(Transactions.POOL, Transactions.IDLE)
                                .map(way ->
                                        new Contender(way, directory -> Transactions.run(directory, way, 1, 2 * times)))
                                .toList()));
    }

    private static Case shared(int processes, double seconds, String... ways) {
        return new Case(
                GROUP,
                at(processes),
                Stream.of(ways)
                        .map(way ->
                                new Contender(way, directory -> Transactions.run(directory, way, processes, seconds)))
                        .toList());
    }

    private static String at(int processes) {
        return processes + " processes";
    }

    private static Ratio ratio(int processes, String metric, @Nullable String over) {
        return new Ratio(GROUP, at(processes), metric, Transactions.POOL, over);
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
