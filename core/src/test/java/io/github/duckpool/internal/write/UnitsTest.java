package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.internal.lease.HeldLease;
import io.github.duckpool.internal.pool.AnchoredDatabase;
import io.github.duckpool.internal.pool.ConnectionPool;
import io.github.duckpool.internal.pool.Opening;
import io.github.duckpool.internal.pool.PoolSettings;
import io.github.duckpool.internal.pool.PoolThreads;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A unit of work is done once at most, and not at all once it is over, whoever asks for it. */
@Timeout(60)
class UnitsTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final WorkThreads threads = new WorkThreads("units");
    private final WorkReport report = new WorkReport("units", () -> "nobody writes now");
    private final ConnectionPool pool = new ConnectionPool(
            new PoolSettings("units", 1, 0, HOUR, 0, 0, 0, 0, HOUR, 16, List.of()),
            tenant -> new HeldLease("units", UnitsTest::open, tenant, HOUR),
            new PoolThreads("units", 1));
    private final Budget budget = new Budget(HOUR, false);
    private final Table table = new Table(TableName.of("t"));

    private static AnchoredDatabase open() throws SQLException {
        return AnchoredDatabase.over(
                AnchoredDatabase.connect("jdbc:duckdb:", Map.of()),
                null,
                new Opening(null, Map.of(), List.of("CREATE TABLE t (x INTEGER)"), false));
    }

    /** Takes an answer and asks again, as no retry policy should. */
    private static final class Twice implements Repeater {
        @Override
        public <T extends @Nullable Object> T repeat(Attempt<T> attempt, long budgetNanos) throws SQLException {
            attempt.make();
            return attempt.make();
        }
    }

    /** Asks once. */
    private static final class Once implements Repeater {
        @Override
        public <T extends @Nullable Object> T repeat(Attempt<T> attempt, long budgetNanos) throws SQLException {
            return attempt.make();
        }
    }

    private Units units(Repeater repeater) {
        pool.start();
        return new Units(pool, repeater, report);
    }

    @AfterEach
    void close() {
        pool.close();
        threads.shutdown();
    }

    private Call started() {
        Call call = new Call(threads);
        assertThat(call.start()).isTrue();
        return call;
    }

    private static int insert(Connection c) throws SQLException {
        try (Statement statement = c.createStatement()) {
            return statement.executeUpdate("INSERT INTO t VALUES (1)");
        }
    }

    private int count(Units units) throws SQLException {
        return units.read(
                c -> {
                    try (Statement statement = c.createStatement();
                            ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
                        rows.next();
                        return rows.getInt(1);
                    }
                },
                started(),
                budget,
                null);
    }

    @Test
    void whatIsOverInsertsNothing() throws Exception {
        Units units = units(new Once());
        Call call = started();
        assertThat(call.finish()).isTrue();
        assertThatThrownBy(() -> units.insert(table, new Object[] {1}, call, budget))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("nothing of it is committed");
        assertThat(count(units)).isZero();
    }

    @Test
    void whatSucceededIsNotDoneAgain() throws Exception {
        Units units = units(new Twice());
        units.insert(table, new Object[] {1}, started(), budget);
        assertThat(units.<Integer>write(UnitsTest::insert, started(), budget)).isEqualTo(1);
        assertThat(count(units)).isEqualTo(2);
    }
}
