package io.github.duckpool.benchmarks.statement;

import io.github.duckpool.benchmarks.borrow.Pools;
import io.github.duckpool.benchmarks.harness.Apart;
import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
                + "So does Tomcat: its cache keeps only what the driver calls poolable, and DuckDB's calls nothing so. "
                + "Each pool in a JVM of its own, all of them warm, in slices that follow one another. "
                + "The hit ratio: how many of the statements asked for were ready.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.cost(Apart.TIME, "ns"),
                Metric.cost(Apart.ALLOCATED, "B"),
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
            return measured(List.of(of(SELECT, CACHED, "selectPrepared", PAIR)), new Apart.Times(800, 5, 50));
        }
        boolean complete = effort.isComplete();
        List<String> pools = complete ? Pools.ALL : PAIR;
        List<String> caching = complete ? Pools.ALL : CACHING;
        List<Case> cases = new ArrayList<>(measured(
                List.of(
                        of(SELECT, STATEMENT, "selectByStatement", pools),
                        of(SELECT, EACH_TIME, "selectPrepared", pools),
                        of(SELECT, CACHED, "selectPrepared", caching),
                        of(LOOK_UP, STATEMENT, "lookUpByStatement", pools),
                        of(LOOK_UP, EACH_TIME, "lookUpPrepared", pools),
                        of(LOOK_UP, CACHED, "lookUpPrepared", pools)),
                complete
                        ? new Apart.Times(effort.part(6_000), effort.part(11), effort.part(300))
                        : new Apart.Times(2_000, 5, 50)));
        cases.add(kept(Pools.ALL, complete ? effort.part(5_000) : 150));
        return cases;
    }

    private static Case kept(List<String> pools, int queries) {
        return Case.of(
                KEPT,
                Case.threads(KeptStatements.THREADS),
                pools,
                pool -> directory -> new KeptStatements(queries).run(pool, directory));
    }

    private static Apart.Setting of(String group, String at, String method, List<String> pools) {
        return new Apart.Setting(group, at, Statements.setting(method, at.equals(CACHED) ? 32 : 0), 1, pools);
    }

    private static List<Case> measured(List<Apart.Setting> settings, Apart.Times times) {
        return new Apart(Statements.class, settings, times).cases();
    }
}
