package io.github.duckpool.benchmarks.borrow;

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

    private static final String TIME = JmhTurn.SCORE;
    private static final String ALLOCATED = JmhTurn.ALLOCATED;

    @Override
    public String name() {
        return "borrow";
    }

    @Override
    public String question() {
        return "What do one borrow and its return cost, per thread, with no work between them? Every turn is a JMH fork.";
    }

    @Override
    public boolean isHeadline() {
        return true;
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(TIME, "ns"), Metric.cost(ALLOCATED, "B"));
    }

    @Override
    public String reference() {
        return Pools.DUCKPOOL;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(8);
            case REPORT -> Duration.ofMinutes(3);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(30));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        return switch (effort) {
            case QUICK -> cases(List.of(DUCKDB), List.of(5), List.of(1), List.of(Pools.DUCKPOOL, Pools.HIKARI), 100);
            case REPORT -> reported();
            case FULL, TRIAL ->
                cases(List.of(STUB, DUCKDB), List.of(5, 32), List.of(1, 2, 8, 32), Pools.ALL, effort.part(300));
        };
    }

    /** All pools for one thread, and those that the targets name everywhere. */
    private static List<Case> reported() {
        List<Case> cases = new ArrayList<>();
        for (int threads : List.of(1, 2, 8, 32)) {
            List<String> pools = threads == 1 ? Pools.ALL : PROMISED;
            cases.addAll(cases(List.of(DUCKDB), List.of(5), List.of(threads), pools, millis(threads)));
        }
        for (int threads : List.of(1, 2, 8, 32)) {
            cases.addAll(cases(List.of(DUCKDB), List.of(32), List.of(threads), PROMISED, millis(threads)));
        }
        return cases;
    }

    /**
     * Long enough for the compiler to be done; and with more threads than processors for each to have had many slices of
     * them: a thread that had none to speak of in an iteration counts it as a few borrows of many milliseconds.
     */
    private static int millis(int threads) {
        return threads <= 2 ? 200 : 300;
    }

    private static List<Case> cases(
            List<String> drivers, List<Integer> sizes, List<Integer> threads, List<String> pools, int iterationMillis) {
        List<Case> cases = new ArrayList<>();
        for (String driver : drivers) {
            for (int size : sizes) {
                for (int count : threads) {
                    cases.add(Case.of(
                            group(size, driver),
                            Case.threads(count),
                            pools,
                            pool -> new JmhTurn(
                                    BorrowReturnBenchmark.class,
                                    "borrowAndReturn",
                                    count,
                                    Map.of("pool", pool, "size", String.valueOf(size), "driver", driver),
                                    iterationMillis)));
                }
            }
        }
        return cases;
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
