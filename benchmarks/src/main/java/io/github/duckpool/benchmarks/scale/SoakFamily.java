package io.github.duckpool.benchmarks.scale;

import io.github.duckpool.benchmarks.borrow.Pools;
import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import java.time.Duration;
import java.util.List;

/** Whether a pool that works for long holds more and more. */
public final class SoakFamily implements Family {
    private static final String GROUP = "queries, writes, roll-backs, errors, time-outs, cancelled futures; size 5";

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String question() {
        return "Does a pool that is used in every way grow? What was added from the third to the last quarter of the time; "
                + "full takes ten minutes. A run in which threads, descriptors or the heap grew fails.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.gain(Soak.OPERATIONS, "1/s"),
                Metric.cost(Soak.HEAP_GROWTH, "kB"),
                Metric.cost(Soak.RESIDENT_GROWTH, "kB"),
                Metric.cost(Soak.THREADS_GROWTH, ""),
                Metric.cost(Soak.DESCRIPTORS_GROWTH, ""));
    }

    @Override
    public String reference() {
        return Pools.DUCKPOOL;
    }

    private static double seconds(Effort effort) {
        return switch (effort) {
            case QUICK -> 2;
            case REPORT -> 20;
            case FULL, TRIAL -> effort.part(600.0);
        };
    }

    @Override
    public Duration budget(Effort effort) {
        return Duration.ofSeconds((long) seconds(effort));
    }

    @Override
    public int leastRounds(Effort effort) {
        return 1;
    }

    @Override
    public List<Case> cases(Effort effort) {
        double seconds = seconds(effort);
        return List.of(Case.of(
                GROUP, Case.threads(16), List.of(reference()), pool -> directory -> new Soak(seconds).run(directory)));
    }

    @Override
    public List<Target> targets() {
        return List.of(
                none("threads that were added", Soak.THREADS_GROWTH),
                none("descriptors that were added", Soak.DESCRIPTORS_GROWTH));
    }

    private Target none(String claim, String metric) {
        return Target.atMost(claim, new Ratio(GROUP, Case.threads(16), metric, reference(), null), 0);
    }
}
