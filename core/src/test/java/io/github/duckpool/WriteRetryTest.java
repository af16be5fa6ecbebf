package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Conflicts with writers outside of the line meet the retry policy, and nothing else does. */
@Timeout(60)
class WriteRetryTest extends WriteFixture {
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
}
