package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing closes a connection while its COMMIT runs, or the COMMIT would report failure for what is durable. */
@Timeout(60)
class AbortDuringCommitTest {
    /** More than an abort waits for calls other than a COMMIT. */
    private static final long LONGER_THAN_CALLS_MILLIS = 2_500;

    @Test
    void anInterruptIsNoReasonNotToWaitForTheCommit() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (FaultySource source = new FaultySource();
                DuckPool pool = DuckPool.builder().dataSource(source).maxSize(1).build()) {
            Connection c = pool.getConnection();
            c.setAutoCommit(false);
            DuckPoolTest.run(c, "INSERT INTO t VALUES (1)");
            source.commitGate = gate;
            CompletableFuture<Void> committed = onThread(() -> c.commit());
            assertThat(source.committing.await(20, TimeUnit.SECONDS)).isTrue();
            int open = source.open();
            CompletableFuture<Void> aborted = onThread(() -> {
                Thread.currentThread().interrupt();
                c.abort(Runnable::run);
                assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
            });
            assertThat(aborted.handle((nothing, e) -> true)
                            .completeOnTimeout(false, LONGER_THAN_CALLS_MILLIS, TimeUnit.MILLISECONDS)
                            .get())
                    .as("ended while the COMMIT ran")
                    .isFalse();
            assertThat(source.open()).isEqualTo(open);
            gate.countDown();
            aborted.get(20, TimeUnit.SECONDS);
            committed.handle((nothing, e) -> true).get(20, TimeUnit.SECONDS);
            assertThat(source.values()).containsExactly(1);
        }
    }

    private interface Step {
        void take() throws SQLException;
    }

    private static CompletableFuture<Void> onThread(Step step) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        step.take();
                        end.complete(null);
                    } catch (Throwable e) {
                        end.completeExceptionally(e);
                    }
                })
                .start();
        return end;
    }
}
