package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Borrowing by futures: what they get, and that nothing is lost whoever ends them. */
@Timeout(120)
class AsyncBorrowingTest {

    private static DuckPoolBuilder builder() {
        return DuckPool.builder().database(":memory:").poolName("letters").maxSize(2);
    }

    @Test
    void futuresTimeOutAndCancelAndCompleteWithoutLosingAConnection() throws Exception {
        try (DuckPool pool = builder().maxSize(1).build()) {
            Connection held = pool.getConnection();
            assertThatThrownBy(() -> pool.connectionAsync(Duration.ofMillis(20)).get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isExactlyInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("no connection came free within 20 ms");
            assertThatIllegalArgumentException().isThrownBy(() -> pool.connectionAsync(Duration.ofMillis(-1)));
            CompletableFuture<Connection> cancelled = pool.connectionAsync();
            CompletableFuture<Connection> completed = pool.connectionAsync();
            CompletableFuture<Connection> timedOut = pool.connectionAsync().orTimeout(1, TimeUnit.MILLISECONDS);
            assertThat(cancelled.cancel(false)).isTrue();
            assertThatThrownBy(cancelled::join).isInstanceOf(CancellationException.class);
            assertThat(completed.complete(held)).isTrue();
            assertThatThrownBy(timedOut::join).hasCauseInstanceOf(java.util.concurrent.TimeoutException.class);
            while (pool.stats().waiting() > 0) {
                Thread.onSpinWait();
            }
            held.close();
            try (Connection again = pool.connectionAsync().get(30, TimeUnit.SECONDS)) {
                assertThat(DuckPoolTest.intOf(again, "SELECT 1")).isOne();
            }
            assertThat(pool.stats().active()).isZero();
            assertThat(pool.stats().timeouts()).isOne();
        }
    }

    @Test
    void cancellingAgainstGrantingLosesNothing() throws Exception {
        try (DuckPool pool = builder().maxSize(1).build()) {
            for (int i = 0; i < 2_000; i++) {
                Connection held = pool.getConnection();
                CompletableFuture<Connection> future = pool.connectionAsync();
                Thread canceller = new Thread(() -> future.cancel(false));
                canceller.start();
                held.close();
                canceller.join();
                if (!future.isCancelled()) {
                    future.get(30, TimeUnit.SECONDS).close();
                }
            }
            pool.getConnection(Duration.ofSeconds(30)).close();
            while (pool.stats().active() > 0) {
                Thread.onSpinWait();
            }
            assertThat(pool.stats().waiting()).isZero();
        }
    }

    @Test
    void aConnectionFromAFutureBelongsToWhoeverUsesItFirst() throws Exception {
        try (DuckPool pool = builder().maxSize(1).build()) {
            for (int i = 0; i < 3; i++) {
                Connection c = pool.connectionAsync().get(30, TimeUnit.SECONDS);
                DuckPoolTest.intOf(c, "SELECT 1");
                c.close();
            }
            assertThat(pool.stats().created()).as("kept from use to use").isOne();
        }
    }

    @Test
    void continuationsMayBorrowAgain() throws Exception {
        try (DuckPool pool = builder().maxSize(1).build()) {
            CompletableFuture<Integer> chain = CompletableFuture.completedFuture(0);
            for (int i = 0; i < 500; i++) {
                chain = chain.thenCompose(sum -> pool.connectionAsync().thenApply(c -> {
                    try (c) {
                        return sum + DuckPoolTest.intOf(c, "SELECT 1");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            assertThat(chain.get(60, TimeUnit.SECONDS)).isEqualTo(500);
        }
    }
}
