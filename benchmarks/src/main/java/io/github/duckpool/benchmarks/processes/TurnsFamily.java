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

/** Turns on a file, without a database. */
public final class TurnsFamily implements Family {
    private static final String GROUP = "held for 1 ms";
    private static final int PROCESSES = 6;
    private static final String AT = PROCESSES + " processes";

    @Override
    public String name() {
        return "turns";
    }

    @Override
    public String question() {
        return "How long does a turn take from its release in one process to the next owner, how evenly do processes get it that always "
                + "want it again (Jain's index: 1 is perfectly even), and what does it cost? FileMutex, a blocking lock of one byte, and tries "
                + "of that byte with exponential backoff up to 50 ms and full jitter.";
    }

    @Override
    public List<Metric> metrics() {
        return Turns.METRICS;
    }

    @Override
    public String reference() {
        return Turns.MUTEX;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(6);
            case REPORT -> Duration.ofSeconds(40);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(2));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        double seconds = effort == Effort.QUICK ? 0.5 : effort.part(2.0);
        Stream<String> ways = effort == Effort.QUICK
                ? Stream.of(Turns.MUTEX, Turns.BYTE)
                : Stream.of(Turns.MUTEX, Turns.BYTE, Turns.TRIES);
        return List.of(new Case(
                GROUP,
                AT,
                ways.map(way -> new Contender(way, directory -> Turns.run(directory, way, PROCESSES, seconds)))
                        .toList()));
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.atLeast(
                "Jain's index of turns, 6 processes", new Ratio(GROUP, AT, Turns.JAIN, Turns.MUTEX, null), 0.99));
    }
}
