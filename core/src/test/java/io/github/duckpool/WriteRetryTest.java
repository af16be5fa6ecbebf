package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conflicts with writers outside of the line meet the retry policy, and nothing else does. */
@Timeout(60)
class WriteRetryTest extends WriteFixture {
    @Test
    void aConflictIsRetriedInTheSameTurn() throws SQLException {
        AtomicInteger attempts = new AtomicInteger();
        try (DuckPool retrying = builder().retry(CONFLICT_RETRY).build()) {
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

    /** Tries again whatever it is that failed, as no retry policy should, for a few times. */
    private static final class Eager implements RetryPolicy {
        private final int tries;

        Eager(int tries) {
            this.tries = tries;
        }

        @Override
        public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
            for (int i = 1; ; i++) {
                try {
                    return work.call();
                } catch (SQLException e) {
                    if (i == tries) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Between its attempts nobody else gets the turn: alone, and as one of a group. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 16})
    void whoIsRetriedKeepsItsPlaceInLine(int group) throws Exception {
        pool.append("t", 1);
        pool.close();
        DuckPoolBuilder builder = builder().maxSize(3).retry(new Eager(4));
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        pool = builder.build();
        List<String> order = new CopyOnWriteArrayList<>();
        Connection other = pool.getConnection();
        other.setAutoCommit(false);
        run(other, "UPDATE t SET x = 10 WHERE x = 1");
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = block(pool, release);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Integer> first = pool.writeAsync(c -> {
            order.add("first");
            if (attempts.incrementAndGet() == 4) {
                other.commit();
                other.close();
                return 4;
            }
            run(c, "UPDATE t SET x = x + 100 WHERE x = 1");
            return 0;
        });
        CompletableFuture<Boolean> second = pool.writeAsync(c -> order.add("second"));
        release.countDown();
        assertThat(blocker.get()).isZero();
        assertThat(first.get()).isEqualTo(4);
        assertThat(second.get()).isTrue();
        assertThat(order).containsExactly("first", "first", "first", "first", "second");
    }

    /** An error that leaves it open whether the work is committed is told as that, and the work is not done again. */
    @Test
    void anUnknownOutcomeIsNotTriedAgainWhateverThePolicyThinks() throws SQLException {
        try (FaultySource source = new FaultySource();
                DuckPool eager = DuckPool.builder()
                        .dataSource(source)
                        .maxSize(2)
                        .retry(new Eager(3))
                        .build()) {
            AtomicInteger attempts = new AtomicInteger();
            source.failAfter = "Connection.commit";
            assertThatThrownBy(() -> eager.write(c -> {
                        attempts.incrementAndGet();
                        run(c, "INSERT INTO t VALUES (1)");
                        return 0;
                    }))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("whether the transaction was committed is unknown")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08007"));
            assertThat(attempts).hasValue(1);
            source.fault = () -> new IllegalStateException("injected");
            source.failAfter = "PreparedStatement.executeUpdate";
            assertThatThrownBy(() -> eager.append("t", 2))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08007"));
            assertThat(source.values()).containsExactly(1, 2);
        }
    }
}
