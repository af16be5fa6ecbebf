package io.github.duckpool.benchmarks.write;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import io.github.duckpool.benchmarks.harness.Together;
import java.time.Duration;
import java.util.List;

/** Many rows from one client. */
public final class BulkFamily implements Family {
    private static final String ROWS = "rows of one client";
    private static final String AT = "1 thread";

    @Override
    public String name() {
        return "bulk";
    }

    @Override
    public String question() {
        return "How many rows a second does one thread write that has many? The bare appender and the stream write all in one "
                + "transaction; the appender that is fed from the same stream shows what the stream itself costs; the futures are acknowledged row by row, up to "
                + BulkRows.IN_FLIGHT
                + " on their way at a time; HikariCP's rows go by executeBatch, in transactions of " + BulkRows.BATCH
                + ". A transaction of each way after another, in a JVM that does nothing else.";
    }

    @Override
    public List<Metric> metrics() {
        return BulkRows.METRICS;
    }

    @Override
    public String reference() {
        return BulkRows.APPENDER;
    }

    @Override
    public List<String> own() {
        return List.of(BulkRows.STREAM, BulkRows.FUTURES);
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(3);
            case REPORT -> Duration.ofSeconds(60);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(3));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        double seconds =
                switch (effort) {
                    case QUICK -> 0.5;
                    case REPORT -> 10;
                    case FULL, TRIAL -> effort.part(12.0);
                };
        List<String> ways = effort == Effort.QUICK
                ? List.of(BulkRows.APPENDER, BulkRows.STREAM)
                : List.of(BulkRows.APPENDER, BulkRows.STREAMED, BulkRows.STREAM, BulkRows.FUTURES, BulkRows.HIKARI);
        return List.of(
                new Case(ROWS, AT, Together.contenders(ways, directory -> BulkPeer.measure(ways, seconds, directory))));
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.atLeast("the stream over the bare appender", ratio(BulkRows.STREAM, BulkRows.APPENDER), 0.9),
                Target.atLeast(
                        "rows/s by futures from one client",
                        new Ratio(ROWS, AT, BulkRows.THROUGHPUT, BulkRows.FUTURES, null),
                        80_000));
    }

    private static Ratio ratio(String way, String over) {
        return new Ratio(ROWS, AT, BulkRows.THROUGHPUT, way, over);
    }
}
