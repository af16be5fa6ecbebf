package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits that could never end are refused at once: for a turn or a connection that only the waiting threads could give. */
@Timeout(60)
class HoldAndWaitTest extends WriteFixture {
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
}
