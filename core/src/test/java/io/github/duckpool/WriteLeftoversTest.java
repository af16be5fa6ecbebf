package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What writes leave behind: no interrupt for those who come next, no timer, no memory. */
@Timeout(60)
class WriteLeftoversTest extends WriteFixture {
    private final CountDownLatch release = new CountDownLatch(1);
    private CompletableFuture<Integer> blocker;

    private void open(DuckPoolBuilder builder) throws Exception {
        pool.close();
        pool = builder.build();
        blocker = block(pool, release);
    }

    @AfterEach
    void releaseAll() {
        release.countDown();
    }

    @Test
    void anInterruptOfOneFunctionIsNoneOfTheNext() throws Exception {
        open(builder().groupCommit(GroupCommit.upTo(4)));
        List<CompletableFuture<Boolean>> writes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            writes.add(pool.writeAsync(c -> {
                boolean found = Thread.currentThread().isInterrupted();
                Thread.currentThread().interrupt();
                return found;
            }));
        }
        release.countDown();
        for (CompletableFuture<Boolean> write : writes) {
            assertThat(write.get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void anInterruptOfOneContinuationIsNoneOfTheNext() throws Exception {
        open(builder().groupCommit(GroupCommit.upTo(16)));
        List<CompletableFuture<Boolean>> hung = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            hung.add(pool.writeAsync(c -> 1).thenApply(one -> {
                boolean found = Thread.currentThread().isInterrupted();
                Thread.currentThread().interrupt();
                return found;
            }));
        }
        release.countDown();
        for (CompletableFuture<Boolean> continuation : hung) {
            assertThat(continuation.get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void whatIsCompletedFromOutsideByASupplierIsGivenUp() throws Exception {
        open(builder());
        CompletableFuture<Integer> write = pool.writeAsync(c -> {
            run(c, "INSERT INTO t VALUES (1)");
            return 1;
        });
        ExecutorService other = Executors.newSingleThreadExecutor();
        assertThat(write.completeAsync(() -> 7, other).get(10, TimeUnit.SECONDS))
                .isEqualTo(7);
        other.shutdown(); // whoever completes it has given it up when he is back, a moment after that is seen
        assertThat(other.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        release.countDown();
        assertThat(pool.writeAsync(c -> 2).get(10, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(count()).isZero();
    }

    /** A deadline in an hour must not keep what was cancelled until then. */
    @Test
    void whatWasCancelledIsForgotten() throws Exception {
        open(builder().groupCommit(GroupCommit.upTo(16)).maxQueuedWrites(10_000));
        List<WeakReference<Object>> functions = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            functions.add(cancelled());
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long kept;
        do {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(20);
            kept = functions.stream().filter(function -> function.get() != null).count();
        } while (kept > 300 && System.nanoTime() < deadline);
        assertThat(kept).as("few are kept until there are many to be taken out").isLessThanOrEqualTo(300);
    }

    private WeakReference<Object> cancelled() {
        byte[] load = new byte[1_000];
        assertThat(pool.<Integer>writeAsync(c -> load.length, Duration.ofHours(1))
                        .cancel(true))
                .isTrue();
        return new WeakReference<>(load);
    }

    @Test
    void aPoolThatIsClosedLeavesNoTimer() throws Exception {
        open(builder().poolName("untimed").borrowTimeout(Duration.ofDays(1)).closeTimeout(Duration.ofSeconds(30)));
        CompletableFuture<?> row = pool.appendAsync("t", 1);
        Thread closer = new Thread(pool::close);
        closer.start();
        assertThatThrownBy(() -> row.get(10, TimeUnit.SECONDS)).hasMessageContaining("the pool is closed");
        release.countDown();
        blocker.get(10, TimeUnit.SECONDS);
        closer.join();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (timers() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(timers()).isZero();
    }

    private static long timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("untimed timer"))
                .count();
    }
}
