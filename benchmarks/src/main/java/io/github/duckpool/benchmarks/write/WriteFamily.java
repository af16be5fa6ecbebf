package io.github.duckpool.benchmarks.write;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import io.github.duckpool.benchmarks.harness.Together;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Small writes, each of which is durable before the next of its thread begins. */
public final class WriteFamily implements Family {
    private static final String INSERTS = "one row per commit";
    private static final String HOT_ROW = "one row that everybody changes";

    @Override
    public String name() {
        return "write";
    }

    @Override
    public String question() {
        return "How many small writes a second are committed, and how long does each take? Every pool has 8 connections; "
                + "HikariCP's are in auto-commit mode, and on one hot row its threads retry with backoff until they succeed. No pool "
                + "at all: threads that pass one connection of the driver on, in order.";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Metric> metrics() {
        return SmallWrites.METRICS;
    }

    @Override
    public String reference() {
        return Writer.HIKARI;
    }

    @Override
    public List<String> own() {
        return List.of(Writer.WRITE, Writer.GROUP, Writer.APPEND);
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(5);
            case REPORT -> Duration.ofSeconds(90);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(10));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        if (effort == Effort.QUICK) {
            return List.of(of(INSERTS, 8, 0.75, List.of(Writer.HIKARI, Writer.GROUP)));
        }
        double seconds = effort.isComplete() ? effort.part(6.0) : 1.5;
        List<Case> cases = new ArrayList<>();
        for (int threads : effort.isComplete() ? new int[] {1, 2, 8, 32} : new int[] {1, 8, 32}) {
            cases.add(of(INSERTS, threads, seconds, List.of(Writer.HIKARI, Writer.WRITE, Writer.GROUP, Writer.APPEND)));
        }
        cases.add(of(HOT_ROW, 32, seconds, List.of(Writer.HIKARI, Writer.WRITE, Writer.GROUP, Writer.PASSED_ON)));
        return cases;
    }

    private static Case of(String group, int threads, double seconds, List<String> writers) {
        var writes = new SmallWrites(writers, threads, seconds, group.equals(HOT_ROW));
        return new Case(group, at(threads), Together.contenders(writers, writes::measure));
    }

    private static String at(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    private static Target faster(String writer, String group, int threads, double bound) {
        return Target.atLeast(
                "commits/s over HikariCP's: " + writer + ", " + group + ", " + at(threads),
                new Ratio(group, at(threads), SmallWrites.THROUGHPUT, writer, Writer.HIKARI),
                bound);
    }

    private static Target shorter(String writer, String group, double bound) {
        return Target.atMost(
                "p99 over HikariCP's: " + writer + ", " + group + ", " + at(32),
                new Ratio(group, at(32), SmallWrites.P99, writer, Writer.HIKARI),
                bound);
    }

    @Override
    public List<Target> targets() {
        return List.of(
                faster(Writer.GROUP, INSERTS, 1, 1 / 1.05),
                faster(Writer.GROUP, INSERTS, 8, 1.7),
                faster(Writer.GROUP, INSERTS, 32, 2.3),
                shorter(Writer.GROUP, INSERTS, 0.1),
                faster(Writer.APPEND, INSERTS, 8, 2.5),
                faster(Writer.APPEND, INSERTS, 32, 9),
                shorter(Writer.APPEND, INSERTS, 0.1),
                faster(Writer.WRITE, HOT_ROW, 32, 2.5),
                faster(Writer.GROUP, HOT_ROW, 32, 4.5),
                shorter(Writer.WRITE, HOT_ROW, 0.2),
                shorter(Writer.GROUP, HOT_ROW, 0.2));
    }
}
