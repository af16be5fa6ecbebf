package io.github.duckpool.benchmarks.borrow;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** More threads than connections. */
public final class OversubscriptionFamily implements Family {
    private static final int THREADS = 32;
    private static final String AT = Case.threads(THREADS);

    @Override
    public String name() {
        return "oversubscription";
    }

    @Override
    public String question() {
        return "How are 32 threads served that share few connections, each running one SELECT 1 per borrow: how many queries a "
                + "second, how long does a borrow wait, and how even are the threads (Jain's index: 1 is perfectly even)?";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Metric> metrics() {
        return Oversubscribed.METRICS;
    }

    @Override
    public String reference() {
        return Pools.DUCKPOOL;
    }

    @Override
    public List<String> own() {
        return List.of(Pools.DUCKPOOL, Pools.DUCKPOOL_STRICT);
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(11);
            case REPORT -> Duration.ofSeconds(100);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(15));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        return switch (effort) {
            case QUICK -> List.of(oversubscribed(5, List.of(Pools.DUCKPOOL, Pools.HIKARI), 1));
            case REPORT -> List.of(oversubscribed(5, Pools.MAIN, 3), oversubscribed(2, Pools.MAIN, 2));
            case FULL, TRIAL ->
                List.of(oversubscribed(5, all(), effort.part(5.0)), oversubscribed(2, all(), effort.part(5.0)));
        };
    }

    private static List<String> all() {
        return Stream.concat(Pools.ALL.stream(), Stream.of(Pools.DUCKPOOL_STRICT))
                .toList();
    }

    private static Case oversubscribed(int size, List<String> pools, double seconds) {
        return Case.of(
                group(size),
                AT,
                pools,
                pool -> directory -> new Oversubscribed(THREADS, size, seconds).run(pool, directory));
    }

    private static String group(int size) {
        return "size " + size;
    }

    private static Ratio ratio(String metric, String over) {
        return new Ratio(group(5), AT, metric, Pools.DUCKPOOL, over);
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.atLeast("throughput over HikariCP's", ratio(Oversubscribed.THROUGHPUT, Pools.HIKARI), 0.95),
                Target.atLeast("throughput over Tomcat's", ratio(Oversubscribed.THROUGHPUT, Pools.TOMCAT), 0.95),
                Target.atMost("p99 wait over HikariCP's", ratio(Oversubscribed.P99, Pools.HIKARI), 0.4),
                Target.atMost("p99.9 wait over HikariCP's", ratio(Oversubscribed.P999, Pools.HIKARI), 1 / 3.0),
                Target.atLeast(
                        "Jain's index", new Ratio(group(5), AT, Oversubscribed.JAIN, Pools.DUCKPOOL, null), 0.999));
    }
}
