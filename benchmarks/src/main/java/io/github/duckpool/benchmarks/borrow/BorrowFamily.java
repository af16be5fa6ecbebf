package io.github.duckpool.benchmarks.borrow;

import io.github.duckpool.benchmarks.harness.Apart;
import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.JmhTurn;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What one borrow and its return cost. */
public final class BorrowFamily implements Family {
    static final String STUB = "stub driver";
    static final String DUCKDB = "DuckDB file";

    /** Those that the targets name; the others take part in a full run. */
    private static final List<String> PROMISED = List.of(Pools.DUCKPOOL, Pools.HIKARI, Pools.AGROAL);

    private static final List<Integer> SIZES = List.of(5, 32);
    private static final List<Integer> SEVERAL = List.of(2, 8, 32);

    private static final String TIME = JmhTurn.SCORE;
    private static final String ALLOCATED = JmhTurn.ALLOCATED;

    @Override
    public String name() {
        return "borrow";
    }

    @Override
    public String question() {
        return "What do one borrow and its return cost, per thread, with no work between them? One thread is measured in JMH forks, but for a quick run; several in "
                + "a JVM for each pool, all of them warm, in slices that follow one another, counted while all threads are at it.";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(TIME, "ns"), Metric.cost(ALLOCATED, "B"), Metric.cost(Apart.SWITCHES, ""));
    }

    @Override
    public String reference() {
        return Pools.DUCKPOOL;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(8);
            case REPORT -> Duration.ofSeconds(150);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(30));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        List<Case> cases = new ArrayList<>();
        switch (effort) {
            case QUICK ->
                cases.addAll(several(
                        DUCKDB,
                        List.of(5),
                        List.of(1),
                        List.of(Pools.DUCKPOOL, Pools.HIKARI),
                        new Apart.Times(1_500, 11, 60)));
            case REPORT -> {
                cases.add(alone(DUCKDB, 5, Pools.ALL, 150));
                cases.add(alone(DUCKDB, 32, PROMISED, 150));
                cases.add(alone(STUB, 5, PROMISED, 150));
                cases.addAll(several(DUCKDB, SIZES, SEVERAL, PROMISED, new Apart.Times(3_000, 5, 100)));
            }
            case FULL, TRIAL -> {
                for (String driver : List.of(STUB, DUCKDB)) {
                    cases.add(alone(driver, 5, Pools.ALL, effort.part(300)));
                    cases.add(alone(driver, 32, Pools.ALL, effort.part(300)));
                    cases.addAll(several(
                            driver,
                            SIZES,
                            SEVERAL,
                            Pools.ALL,
                            new Apart.Times(effort.part(6_000), effort.part(11), effort.part(300))));
                }
            }
        }
        return cases;
    }

    private static Case alone(String driver, int size, List<String> pools, int iterationMillis) {
        return Case.of(
                group(size, driver),
                Case.threads(1),
                pools,
                pool -> new JmhTurn(
                        BorrowReturnBenchmark.class,
                        "borrowAndReturn",
                        1,
                        Map.of("pool", pool, "size", String.valueOf(size), "driver", driver),
                        iterationMillis));
    }

    /** More busy threads than processors keep the compiler off them, so that short forks measure it instead of the pool. */
    private static List<Case> several(
            String driver, List<Integer> sizes, List<Integer> several, List<String> pools, Apart.Times times) {
        List<Apart.Setting> settings = new ArrayList<>();
        for (int size : sizes) {
            for (int threads : several) {
                settings.add(new Apart.Setting(
                        group(size, driver), Case.threads(threads), Borrowing.setting(size, driver), threads, pools));
            }
        }
        return new Apart(Borrowing.class, settings, times).cases();
    }

    private static String group(int size, String driver) {
        return "size " + size + ", " + driver;
    }

    @Override
    public List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (int size : List.of(5, 32)) {
            String group = group(size, DUCKDB);
            Map.of(1, 5.0, 2, 4.0, 8, 2.5, 32, 1.0).entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> targets.add(Target.atLeast(
                            "HikariCP's time over duckpool's, " + group + ", " + Case.threads(entry.getKey()),
                            new Ratio(group, Case.threads(entry.getKey()), TIME, Pools.HIKARI, Pools.DUCKPOOL),
                            entry.getValue())));
            for (int threads : List.of(1, 2, 8, 32)) {
                targets.add(Target.atLeast(
                        "Agroal's time over duckpool's, " + group + ", " + Case.threads(threads),
                        new Ratio(group, Case.threads(threads), TIME, Pools.AGROAL, Pools.DUCKPOOL),
                        1));
            }
            for (int threads : List.of(1, 2, 8, 32)) {
                targets.add(Target.atMost(
                        "bytes allocated, " + group + ", " + Case.threads(threads),
                        new Ratio(group, Case.threads(threads), ALLOCATED, Pools.DUCKPOOL, null),
                        40));
            }
        }
        return targets;
    }
}
