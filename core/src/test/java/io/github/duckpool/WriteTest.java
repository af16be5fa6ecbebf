package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code read} and {@code write} promise to a thread that calls them. */
@Timeout(60)
class WriteTest extends WriteFixture {
    @Test
    void commitsWhenTheFunctionReturns() throws SQLException {
        assertThat(pool.<Integer>write(c -> {
                    run(c, "INSERT INTO t VALUES (1), (2)");
                    return intOf(c, "SELECT count(*) FROM t");
                }))
                .isEqualTo(2);
        assertThat(count()).isEqualTo(2);
        assertThat(pool.<@Nullable Object>write(c -> null)).isNull();
    }

    @Test
    void rollsBackWhateverIsThrownAndPassesItOnUnchanged() throws SQLException {
        List<Throwable> thrown = List.of(
                new SQLException("mine"),
                new IllegalStateException("mine"),
                new AssertionError("mine"),
                new IOException("mine"));
        for (Throwable mine : thrown) {
            assertThatThrownBy(() -> pool.write(c -> {
                        run(c, "INSERT INTO t VALUES (1)");
                        throw WriteTest.<RuntimeException>sneaky(mine);
                    }))
                    .isSameAs(mine);
            assertThat(count()).isZero();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable e) throws E {
        throw (E) e;
    }

    @Test
    void aSwallowedErrorOfAStatementIsNoSuccess() throws SQLException {
        assertThatThrownBy(() -> pool.write(c -> {
                    run(c, "INSERT INTO t VALUES (1)");
                    try {
                        run(c, "INSERT INTO t VALUES (1)");
                    } catch (SQLException swallowed) {
                        return 0;
                    }
                    return 1;
                }))
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContaining("rolled back");
        assertThat(count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", "ROLLBACK", "BEGIN", "INSERT INTO t VALUES (5); COMMIT"})
    void sqlCanNotEndTheTransaction(String sql) throws SQLException {
        assertThatThrownBy(() -> pool.write(c -> {
                    run(c, "INSERT INTO t VALUES (1)");
                    run(c, sql);
                    return 0;
                }))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("is the pool's in write(fn)")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("2D000");
        assertThat(count()).isZero();
    }

    @Test
    void theHandleIsTheFunctionsForAsLongAsItRuns() throws SQLException {
        AtomicReference<Connection> kept = new AtomicReference<>();
        AtomicReference<Statement> keptStatement = new AtomicReference<>();
        pool.write(c -> {
            assertThat(c.getAutoCommit()).isFalse();
            c.setAutoCommit(false);
            assertThatThrownBy(c::commit).hasMessageContaining("commit() is the pool's in write(fn)");
            assertThatThrownBy(c::rollback).hasMessageContaining("rollback() is the pool's in write(fn)");
            assertThatThrownBy(() -> c.setAutoCommit(true)).hasMessageContaining("setAutoCommit(true) is the pool's");
            c.close();
            assertThat(c.isClosed()).isFalse();
            run(c, "INSERT INTO t VALUES (1)");
            kept.set(c);
            keptStatement.set(c.createStatement());
            return 0;
        });
        assertThat(kept.get().isClosed()).isTrue();
        assertThatThrownBy(() -> kept.get().createStatement()).isInstanceOf(SQLNonTransientConnectionException.class);
        assertThatThrownBy(() -> keptStatement.get().execute("INSERT INTO t VALUES (2)"))
                .isInstanceOf(SQLException.class);
        assertThat(count()).isEqualTo(1);
        kept.get().close();
    }

    @Test
    void aReadMayHaveASnapshotAndLeavesNothingBehind() throws SQLException {
        pool.read(c -> {
            c.setAutoCommit(false);
            assertThat(intOf(c, "SELECT count(*) FROM t")).isZero();
            pool.write(w -> {
                run(w, "INSERT INTO t VALUES (1)");
                return 0;
            });
            assertThat(intOf(c, "SELECT count(*) FROM t")).isZero();
            return 0;
        });
        assertThat(count()).isEqualTo(1);
        assertThat(pool.<Boolean>read(Connection::getAutoCommit)).isTrue();
    }

    @Test
    void aReadOnlyPoolDoesNotWrite() throws SQLException {
        pool.append("t", 1);
        pool.close();
        try (DuckPool readOnly = builder().readOnly(true).build()) {
            assertThatThrownBy(() -> readOnly.write(c -> 0))
                    .hasMessageContaining("letters: write needs a pool that may write, and this one is readOnly");
            assertThatThrownBy(() -> readOnly.append("t", 1))
                    .hasMessageContaining("append needs a pool that may write");
            assertThatThrownBy(() -> readOnly.appendAsync("t", 1).get()).hasMessageContaining("append needs");
            assertThatThrownBy(() -> readOnly.writeAsync(c -> 1).get()).hasMessageContaining("write needs");
            assertThat(readOnly.<Integer>read(c -> intOf(c, "SELECT count(*) FROM t")))
                    .isEqualTo(1);
        }
    }

    @Test
    void aClosedPoolRefuses() {
        pool.close();
        assertThatThrownBy(() -> pool.write(c -> 0))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("letters: the pool is closed; the write was not begun");
        assertThatThrownBy(() -> pool.read(c -> 0)).hasMessageContaining("the pool is closed");
        assertThatThrownBy(() -> pool.writeAsync(c -> 0).get()).hasMessageContaining("the pool is closed");
        assertThatThrownBy(() -> pool.readAsync(c -> 0).get()).hasMessageContaining("the pool is closed");
        assertThatThrownBy(() -> pool.append("t", 1)).hasMessageContaining("the pool is closed");
        assertThatThrownBy(() -> pool.appendAsync("t", 1).get()).hasMessageContaining("the pool is closed");
    }

    private static void appendNatively(Connection c, int x) throws SQLException {
        try (DuckDBAppender appender = c.unwrap(DuckDBConnection.class).createAppender("main", "t")) {
            appender.beginRow();
            appender.append(x);
            appender.endRow();
        }
    }

    /** The driver begins a transaction with the first statement, and an appender that comes before would commit by itself. */
    @Test
    void anAppenderOfTheDriverIsPartOfTheTransaction() throws SQLException {
        assertThatThrownBy(() -> pool.<Integer>write(c -> {
                    appendNatively(c, 1);
                    throw new SQLException("mine");
                }))
                .hasMessage("mine");
        try (Connection c = pool.getConnection()) {
            c.setAutoCommit(false);
            appendNatively(c, 2);
            c.rollback();
            appendNatively(c, 3);
            try (Statement statement = c.createStatement();
                    ResultSet unread = statement.executeQuery("SELECT * FROM range(100000)")) {
                assertThat(unread.next()).isTrue();
                appendNatively(c, 4);
            }
            c.rollback();
        }
        assertThat(count()).isZero();
        pool.write(c -> {
            appendNatively(c, 5);
            return 0;
        });
        try (Connection c = pool.getConnection()) {
            c.setAutoCommit(false);
            appendNatively(c, 6);
            c.commit();
        }
        assertThat(pool.<Integer>read(c -> intOf(c, "SELECT sum(x) FROM t"))).isEqualTo(11);
    }

    /** Nothing of it is committed, whether or not the function notices. */
    @Test
    void anAbortEndsTheWrite() throws Exception {
        for (boolean fromElsewhere : new boolean[] {false, true}) {
            assertThatThrownBy(() -> pool.<Integer>write(c -> {
                        run(c, "INSERT INTO t VALUES (1)");
                        if (fromElsewhere) {
                            CompletableFuture.runAsync(() -> abort(c));
                            return intOf(c, ENDLESS);
                        }
                        abort(c);
                        return 0;
                    }))
                    .isInstanceOf(SQLException.class);
            assertThat(count()).isZero();
        }
        pool.append("t", 1);
        assertThat(count()).isOne();
    }

    private static void abort(Connection c) {
        try {
            c.abort(Runnable::run);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
