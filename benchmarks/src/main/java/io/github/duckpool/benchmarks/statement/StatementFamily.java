package io.github.duckpool.benchmarks.statement;

import io.github.duckpool.benchmarks.borrow.Pools;
import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.JmhTurn;
import io.github.duckpool.benchmarks.harness.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a statement costs through a pool, and what a cache of prepared statements saves. */
public final class StatementFamily implements Family {
    private static final String SELECT = "SELECT 1";
    private static final String LOOK_UP = "look-up by key in 1 M rows";
    private static final String STATEMENT = "Statement";
    private static final String PREPARED = "PreparedStatement";
    private static final String KEPT = "of " + KeptStatements.TEXTS + " texts, " + KeptStatements.KEPT
            + " kept a connection, size " + KeptStatements.SIZE;

    @Override
    public String name() {
        return "statements";
    }

    @Override
    public String question() {
        return "What do a borrow, one query and the return cost on one thread, by Statement and by PreparedStatement? duckpool keeps "
                + "prepared statements with their connection, by default; HikariCP, Agroal and Commons Pool 2 have no such cache, Vibur's needs Caffeine, the others have one that "
                + "is turned on here for the hit ratio: how many of the statements asked for were ready.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.cost(JmhTurn.SCORE, "µs"),
                Metric.cost(JmhTurn.ALLOCATED, "B"),
                Metric.gain(KeptStatements.HIT_RATIO, ""),
                Metric.cost(KeptStatements.TIME, "µs"));
    }

    @Override
    public String reference() {
        return Pools.DUCKPOOL;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(6);
            case REPORT -> Duration.ofSeconds(60);
            case FULL -> Duration.ofMinutes(10);
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        if (effort == Effort.QUICK) {
            return List.of(of(SELECT, PREPARED, "selectPrepared", List.of(Pools.DUCKPOOL, Pools.HIKARI), 50));
        }
        List<String> pools = effort == Effort.REPORT ? List.of(Pools.DUCKPOOL, Pools.HIKARI) : Pools.MAIN;
        int millis = effort == Effort.REPORT ? 100 : 500;
        return List.of(
                of(SELECT, STATEMENT, "selectByStatement", pools, millis),
                of(SELECT, PREPARED, "selectPrepared", pools, millis),
                of(LOOK_UP, STATEMENT, "lookUpByStatement", pools, millis),
                of(LOOK_UP, PREPARED, "lookUpPrepared", pools, millis),
                kept(Pools.ALL, effort == Effort.REPORT ? 250 : 5_000));
    }

    private static Case kept(List<String> pools, int queries) {
        return Case.of(
                KEPT,
                Case.threads(KeptStatements.THREADS),
                pools,
                pool -> directory -> new KeptStatements(queries).run(pool, directory));
    }

    private static Case of(String group, String at, String method, List<String> pools, int iterationMillis) {
        return Case.of(
                group,
                at,
                pools,
                pool -> new JmhTurn(StatementBenchmark.class, method, 1, Map.of("pool", pool), iterationMillis));
    }
}
