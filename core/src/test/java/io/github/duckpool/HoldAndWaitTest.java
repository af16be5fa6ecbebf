package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    /** What a future handed over is held by the thread that uses it. */
    @Test
    void aConnectionFromAFutureCountsOnceItIsUsed() throws Exception {
        try (DuckPool one = DuckPool.builder()
                .database(":memory:")
                .maxSize(1)
                .poolName("one")
                .build()) {
            try (Connection held = one.connectionAsync().get()) {
                run(held, "SELECT 1");
                assertThatThrownBy(() -> one.write(c -> 0)).hasMessageContaining("it holds them all");
                assertThatThrownBy(() -> one.append("t", 1)).hasMessageContaining("one: append needs a connection");
                assertThatThrownBy(() -> one.read(c -> 0)).hasMessageContaining("one: read needs a connection");
            }
            assertThat(one.<Integer>write(c -> 1)).isEqualTo(1);
            // Another thread that uses it next holds it then, and this one does not.
            try (Connection held = one.connectionAsync().get()) {
                assertThat(held.isClosed()).isFalse();
                CompletableFuture<Integer> write = one.writeAsync(c -> 2);
                Thread user = new Thread(() -> {
                    try (held) {
                        run(held, "SELECT 1");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                user.start();
                assertThat(write.get()).isEqualTo(2);
                user.join();
            }
        }
    }

    /** How a thread comes to hold a connection. */
    enum Holding {
        GET_CONNECTION {
            @Override
            void hold(DuckPool pool, Body whileHeld) throws Exception {
                try (Connection held = pool.getConnection()) {
                    whileHeld.run();
                }
            }
        },
        READ {
            @Override
            void hold(DuckPool pool, Body whileHeld) throws SQLException {
                pool.read(c -> {
                    whileHeld.run();
                    return 0;
                });
            }
        },
        FUTURE {
            @Override
            void hold(DuckPool pool, Body whileHeld) throws Exception {
                try (Connection held = pool.connectionAsync().get()) {
                    run(held, "SELECT 1");
                    whileHeld.run();
                }
            }
        };

        abstract void hold(DuckPool pool, Body whileHeld) throws Exception;
    }

    interface Body {
        void run() throws SQLException;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Two threads with one connection each, both of which want another: one at least is refused, and then the rest goes on. */
    @ParameterizedTest
    @EnumSource
    void aCircleOfHoldersIsBroken(Holding holding) throws Exception {
        try (DuckPool two = DuckPool.builder().database(":memory:").maxSize(2).build()) {
            CountDownLatch bothHold = new CountDownLatch(2);
            AtomicInteger refused = new AtomicInteger();
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        holding.hold(two, () -> {
                            bothHold.countDown();
                            await(bothHold);
                            two.write(c -> 0);
                        });
                    } catch (SQLException e) {
                        if (e.getMessage().contains("none will come free")) {
                            refused.incrementAndGet();
                        } else {
                            failure.set(e);
                        }
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
            assertThat(refused).hasValueBetween(1, 2);
            assertThat(two.<Integer>write(c -> 1)).isEqualTo(1);
        }
    }
}
