package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a call may take, and what ends it. */
@Timeout(60)
class WriteDeadlineTest extends WriteFixture {
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

    @Test
    void anInterruptedThreadThatNeedNotWaitWrites() throws SQLException {
        Thread.currentThread().interrupt();
        try {
            assertThat(pool.<Integer>write(c -> intOf(c, "SELECT 7"))).isEqualTo(7);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
