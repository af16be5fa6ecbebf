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
    private static final String EACH_TIME = "prepared each time";
    private static final String CACHED = "prepared and kept";
    private static final List<String> PAIR = List.of(Pools.DUCKPOOL, Pools.HIKARI);
    private static final List<String> CACHING =
            List.of(Pools.DUCKPOOL, Pools.HIKARI, Pools.TOMCAT, Pools.DBCP2, Pools.VIBUR, Pools.C3P0);
    private static final String KEPT = "of " + KeptStatements.TEXTS + " texts, " + KeptStatements.KEPT
            + " kept a connection, size " + KeptStatements.SIZE;

    @Override
    public String name() {
        return "statements";
    }

    @Override
    public String question() {
        return "What do a borrow, one query and the return cost on one thread, by Statement, by a PreparedStatement that is prepared each "
                + "time, and by one that is kept with its connection? duckpool keeps them by default, the caches of DBCP2, Tomcat, Vibur (which needs "
                + "Caffeine) and c3p0 are turned on; HikariCP, Agroal and Commons Pool 2 have none, so in the last column they prepare each time too. "
                + "The hit ratio: how many of the statements asked for were ready.";
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
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(10));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        if (effort == Effort.QUICK) {
            return List.of(of(SELECT, CACHED, "selectPrepared", PAIR, 50));
        }
        boolean complete = effort.isComplete();
        List<String> pools = complete ? Pools.ALL : PAIR;
        List<String> caching = complete ? Pools.ALL : CACHING;
        int millis = complete ? effort.part(500) : 100;
        return List.of(
                of(SELECT, STATEMENT, "selectByStatement", pools, millis),
                of(SELECT, EACH_TIME, "selectPrepared", pools, millis),
                of(SELECT, CACHED, "selectPrepared", caching, millis),
                of(LOOK_UP, STATEMENT, "lookUpByStatement", pools, millis),
                of(LOOK_UP, EACH_TIME, "lookUpPrepared", pools, millis),
                of(LOOK_UP, CACHED, "lookUpPrepared", pools, millis),
                kept(Pools.ALL, complete ? effort.part(5_000) : 250));
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
                pool -> new JmhTurn(
                        StatementBenchmark.class,
                        method,
                        1,
                        Map.of("pool", pool, "kept", at.equals(CACHED) ? "32" : "0"),
                        iterationMillis));
    }
}
