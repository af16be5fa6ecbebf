package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code read} and {@code write} promise to a thread that calls them. */
@Timeout(60)
class WriteTest {
    /** A query that runs until somebody cancels it. */
    static final String ENDLESS =
            "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range + b.range = -1";

    @TempDir
    Path directory;

    private DuckPool pool;

    private DuckPoolBuilder builder() {
        return DuckPool.builder().database(directory.resolve("w.duckdb")).poolName("letters");
    }

    @BeforeEach
    void open() throws SQLException {
        pool = builder().maxSize(3).build();
        pool.write(c -> {
            run(c, "CREATE TABLE t (x INTEGER PRIMARY KEY)");
            return 0;
        });
    }

    @AfterEach
    void close() {
        assertThat(pool.stats().active()).isZero();
        pool.close();
    }

    private int count() throws SQLException {
        return pool.read(c -> intOf(c, "SELECT count(*) FROM t"));
    }

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
    void aWriteInsideAWriteIsRefused() throws SQLException {
        assertThatThrownBy(() -> pool.write(c -> pool.write(d -> 0)))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("letters: write inside write(fn) on the same thread would wait for itself");
        assertThatThrownBy(() -> pool.write(c -> {
                    pool.append("t", 1);
                    return 0;
                }))
                .hasMessageContaining("letters: append inside write(fn)");
        assertThatThrownBy(() -> pool.writeAsync(c -> pool.write(d -> 0)).get())
                .hasRootCauseMessage("letters: write inside write(fn) on the same thread would wait for itself; use the"
                        + " connection that the function was given");
        assertThat(pool.<Integer>write(c -> 3)).isEqualTo(3);
    }

    @Test
    void aWriteWhileThisThreadHoldsTheLastConnectionIsRefused() throws Exception {
        try (DuckPool one = DuckPool.builder()
                .database(":memory:")
                .maxSize(1)
                .poolName("one")
                .build()) {
            try (Connection held = one.getConnection()) {
                assertThatThrownBy(() -> one.write(c -> 0))
                        .hasMessageContaining("one: write needs a connection while this"
                                + " thread holds one of the 1 there are, and none will come free: it holds them all");
                assertThatThrownBy(() -> one.read(c -> 0)).hasMessageContaining("one: read needs a connection");
            }
            assertThatThrownBy(() -> one.read(c -> one.write(d -> 0))).hasMessageContaining("one: write needs");
            assertThatThrownBy(() -> one.readAsync(c -> one.write(d -> 0)).get())
                    .hasMessageContaining("one: write needs");
            assertThatThrownBy(() -> one.write(c -> one.read(d -> 0))).hasMessageContaining("one: read needs");
            assertThat(one.<Integer>write(c -> 1)).isEqualTo(1);
            assertThat(one.stats().active()).isZero();
        }
    }

    /** Two threads with one connection each, both of which want another: one at least is refused, and then the rest goes on. */
    @Test
    void aCircleOfHoldersIsBroken() throws Exception {
        try (DuckPool two = DuckPool.builder().database(":memory:").maxSize(2).build()) {
            CountDownLatch bothHold = new CountDownLatch(2);
            AtomicInteger refused = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(() -> {
                    try (Connection held = two.getConnection()) {
                        bothHold.countDown();
                        bothHold.await();
                        two.write(c -> 0);
                    } catch (SQLException e) {
                        assertThat(e.getMessage()).contains("none will come free");
                        refused.incrementAndGet();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(refused).hasValueBetween(1, 2);
            assertThat(two.<Integer>write(c -> 1)).isEqualTo(1);
        }
    }

    @Test
    void aConflictIsRetriedInTheSameTurn() throws SQLException {
        AtomicInteger attempts = new AtomicInteger();
        RetryPolicy again = new RetryPolicy() {
            @Override
            public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
                for (int i = 0; ; i++) {
                    try {
                        return work.call();
                    } catch (SQLException e) {
                        if (i == 5 || !e.getMessage().contains("Conflict")) {
                            throw e;
                        }
                    }
                }
            }
        };
        try (DuckPool retrying = builder().retry(again).build()) {
            retrying.append("t", 1);
            retrying.append("t", 2);
            Connection other = retrying.getConnection();
            other.setAutoCommit(false);
            run(other, "UPDATE t SET x = 10 WHERE x = 1");
            // Once wrapped, as frameworks do it, then plain; the third time the other one has committed.
            int changed = retrying.write(c -> {
                int attempt = attempts.incrementAndGet();
                if (attempt == 3) {
                    other.commit();
                    other.close();
                    return 3;
                }
                try (Statement statement = c.createStatement()) {
                    return statement.executeUpdate("UPDATE t SET x = x + 100 WHERE x = 1");
                } catch (SQLException e) {
                    if (attempt == 1) {
                        throw new IllegalStateException("wrapped", e);
                    }
                    throw e;
                }
            });
            assertThat(changed).isEqualTo(3);
            assertThat(attempts).hasValue(3);
        }
    }

    /** As when a future is cancelled in the very moment in which its connection is granted: no attempt is made. */
    @Test
    void aConnectionGrantedToAReadThatIsNotAttemptedGoesBack() throws SQLException {
        RetryPolicy refusing = new RetryPolicy() {
            @Override
            public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
                throw new SQLException("not attempted");
            }
        };
        try (DuckPool refused = DuckPool.builder()
                .dataSource(pool)
                .maxSize(1)
                .retry(new OpeningOnly(refusing))
                .build()) {
            try (Connection open = refused.getConnection()) {
                assertThat(open.isValid(0)).isTrue();
            }
            assertThatThrownBy(() -> refused.readAsync(c -> 0).get()).hasRootCauseMessage("not attempted");
            assertThat(refused.stats().active()).isZero();
        }
    }

    /** Lets the first call through, which opens the database. */
    private static final class OpeningOnly implements RetryPolicy {
        private final RetryPolicy afterwards;
        private boolean opened;

        OpeningOnly(RetryPolicy afterwards) {
            this.afterwards = afterwards;
        }

        @Override
        public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
            if (opened) {
                return afterwards.call(work, budget);
            }
            opened = true;
            return work.call();
        }
    }

    @Test
    void aConflictThatNobodyRetriesReachesTheCallerAsItWasThrown() throws SQLException {
        pool.append("t", 1);
        try (Connection other = pool.getConnection()) {
            other.setAutoCommit(false);
            run(other, "UPDATE t SET x = 10 WHERE x = 1");
            IllegalStateException mine = new IllegalStateException("wrapped");
            assertThatThrownBy(() -> pool.write(c -> {
                        try {
                            run(c, "UPDATE t SET x = 11 WHERE x = 1");
                        } catch (SQLException e) {
                            throw mine;
                        }
                        return 0;
                    }))
                    .isSameAs(mine);
            assertThatThrownBy(() -> pool.write(c -> {
                        run(c, "UPDATE t SET x = 11 WHERE x = 1");
                        return 0;
                    }))
                    .isInstanceOf(SQLTransactionRollbackException.class)
                    .hasMessageContaining("Conflict");
        }
    }

    @Test
    void aStrictBudgetEndsARunningStatementAndSaysWhereTheTimeWent() throws SQLException {
        assertThatThrownBy(() -> pool.write(
                        c -> {
                            run(c, "INSERT INTO t VALUES (1)");
                            return intOf(c, ENDLESS);
                        },
                        Duration.ofMillis(200)))
                .isInstanceOf(SQLTimeoutException.class)
                .hasMessageContaining("letters: not done within 200 ms: waited ")
                .hasMessageContaining("in the writers' line and ")
                .hasMessageContaining("for a connection, ran ")
                .hasMessageContaining("nothing of it is committed");
        assertThat(count()).isZero();
        assertThatThrownBy(() -> pool.read(c -> intOf(c, ENDLESS), Duration.ofMillis(200)))
                .isInstanceOf(SQLTimeoutException.class)
                .hasMessageContaining("letters: not done within 200 ms");
        assertThat(pool.<Integer>write(c -> 3, Duration.ofSeconds(50))).isEqualTo(3);
    }

    @Test
    void aStrictBudgetCoversTheFunctionItself() throws SQLException {
        assertThatThrownBy(() -> pool.write(
                        c -> {
                            run(c, "INSERT INTO t VALUES (1)");
                            while (true) { // until the connection says that the time is over
                                intOf(c, "SELECT 1");
                            }
                        },
                        Duration.ofMillis(50)))
                .isInstanceOf(SQLTimeoutException.class);
        assertThat(count()).isZero();
    }

    @Test
    void whoWaitsTooLongInLineIsToldWhoWrites() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread writer = new Thread(
                () -> {
                    try {
                        pool.write(c -> {
                            writing.countDown();
                            return uninterrupted(release);
                        });
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                "slow-writer");
        writer.start();
        writing.await();
        try {
            assertThatThrownBy(() -> pool.write(c -> 0, Duration.ofMillis(30)))
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("letters: not done within 30 ms: waited ")
                    .hasMessageContaining("thread slow-writer has been writing for");
            try (DuckPool hasty = DuckPool.builder()
                    .database(":memory:")
                    .borrowTimeout(Duration.ofMillis(30))
                    .poolName("hasty")
                    .build()) {
                Thread blocker = new Thread(() -> {
                    try {
                        hasty.write(c -> uninterrupted(release), Duration.ofSeconds(50));
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                blocker.start();
                while (hasty.stats().active() == 0) {
                    Thread.onSpinWait();
                }
                assertThatThrownBy(() -> hasty.write(c -> 0))
                        .isInstanceOf(SQLTransientConnectionException.class)
                        .hasMessageContaining("hasty: no turn to write within 30 ms");
                Thread waiter = Thread.currentThread();
                waiter.interrupt();
                assertThatThrownBy(() -> hasty.write(c -> 0))
                        .isInstanceOf(SQLTransientConnectionException.class)
                        .hasMessageContaining("interrupted before its turn");
                assertThat(Thread.interrupted()).isTrue();
                release.countDown();
                blocker.join();
            }
        } finally {
            release.countDown();
            writer.join();
        }
    }

    static int uninterrupted(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    @Test
    void anInterruptedThreadThatNeedNotWaitWrites() throws SQLException {
        Thread.currentThread().interrupt();
        try {
            assertThat(pool.<Integer>write(c -> intOf(c, "SELECT 7"))).isEqualTo(7);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
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
}
