package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many writes may wait: exactly as many as was said, whatever becomes of them. */
@Timeout(60)
class QueuedWritesTest extends WriteFixture {
    private static final int MOST = 5;

    private final CountDownLatch release = new CountDownLatch(1);

    private DuckPool bounded(int group) {
        pool.close();
        DuckPoolBuilder builder = builder().maxSize(3).maxQueuedWrites(MOST).borrowTimeout(Duration.ofHours(1));
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        pool = builder.build();
        return pool;
    }

    /** Keeps the line until it is released. */
    private CompletableFuture<Integer> block() throws InterruptedException {
        return block(pool, release);
    }

    private CompletableFuture<?> one(int x) {
        return x % 2 == 0
                ? pool.appendAsync("t", x)
                : pool.writeAsync(c -> {
                    run(c, "INSERT INTO t VALUES (" + x + ")");
                    return x;
                });
    }

    /** Fills the line: there is room for exactly so many. */
    private List<CompletableFuture<?>> fill(int room, int from) {
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        for (int i = 0; i < room; i++) {
            CompletableFuture<?> write = one(from + i);
            assertThat(write).as("number %d of %d", i + 1, room).isNotDone();
            waiting.add(write);
        }
        assertFull();
        return waiting;
    }

    private void assertFull() {
        String why =
                "letters: at most 5 writes may wait for their turn (maxQueuedWrites), and as many do; this one was not"
                        + " begun; thread letters writer-1 has been writing for ";
        assertThatThrownBy(() -> one(-1).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageStartingWith(why);
        assertThatThrownBy(() -> one(-2).get()).cause().hasMessageStartingWith(why);
        assertThatThrownBy(() -> pool.write(c -> 0)).hasMessageStartingWith(why);
        assertThatThrownBy(() -> pool.append("t", -3))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageStartingWith(why);
        assertThatThrownBy(() -> pool.append("t", java.util.stream.Stream.<Object[]>of(new Object[] {-4})))
                .hasMessageStartingWith(why);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void oneMoreIsRefusedAndRoomComesBackWithEveryTurn(int group) throws Exception {
        bounded(group);
        CompletableFuture<Integer> blocker = block();
        List<CompletableFuture<?>> waiting = fill(MOST, 0);
        release.countDown();
        blocker.get();
        for (CompletableFuture<?> write : waiting) {
            write.get();
        }
        assertThat(count()).isEqualTo(MOST);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void whoGivesUpGivesItsRoomBackOnce(int group) throws Exception {
        bounded(group);
        CompletableFuture<Integer> blocker = block();
        List<CompletableFuture<?>> waiting = fill(MOST, 0);
        CompletableFuture<?> cancelled = waiting.get(1);
        assertThat(cancelled.cancel(true)).isTrue();
        cancelled.cancel(true);
        CompletableFuture<?> failed = waiting.get(2);
        failed.completeExceptionally(new IllegalStateException("mine"));
        fill(2, 10);

        // A strict time that ends in line, of a future and of a thread.
        assertThat(waiting.get(0).cancel(true)).isTrue();
        assertThatThrownBy(() -> pool.writeAsync(c -> 0, Duration.ofMillis(5)).get())
                .hasCauseInstanceOf(SQLTimeoutException.class);
        assertThatThrownBy(() -> pool.write(c -> 0, Duration.ofMillis(5))).isInstanceOf(SQLTimeoutException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> pool.write(c -> 0)).hasMessageContaining("interrupted before its turn");
        assertThat(Thread.interrupted()).isTrue();
        fill(1, 20);

        release.countDown();
        blocker.get();
        waiting.get(3).get();
        waiting.get(4).get();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void aThreadThatWaitsCounts(int group) throws Exception {
        bounded(group);
        block();
        List<Thread> threads = new ArrayList<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < MOST; i++) {
            Thread thread = new Thread(() -> {
                try {
                    pool.write(c -> 0);
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            thread.start();
            threads.add(thread);
            while (thread.getState() != Thread.State.TIMED_WAITING && thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        assertFull();
        release.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    /** Random turns, cancels and time-outs from several threads: afterwards there is room for as many as before. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void noRoomIsLostInAStorm(int group) throws Exception {
        bounded(group);
        AtomicInteger refused = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            Thread thread = new Thread(() -> {
                try {
                    storm(random, refused);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(refused).as("the storm reached the bound").hasPositiveValue();
        block();
        fill(MOST, 0);
        release.countDown();
    }

    private void storm(Random random, AtomicInteger refused) throws Exception {
        for (int round = 0; round < 60; round++) {
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                futures.add(
                        random.nextInt(3) == 0
                                ? pool.writeAsync(c -> 1, Duration.ofNanos(random.nextInt(2_000_000)))
                                : pool.writeAsync(c -> 1));
            }
            if (random.nextBoolean()) {
                futures.get(random.nextInt(4)).cancel(true);
            }
            for (CompletableFuture<Integer> future : futures) {
                try {
                    future.get(50, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(SQLException.class);
                    if (e.getMessage().contains("maxQueuedWrites")) {
                        refused.incrementAndGet();
                    } else {
                        assertThat(e).hasCauseInstanceOf(SQLTimeoutException.class);
                    }
                } catch (java.util.concurrent.CancellationException e) {
                    assertThat(future.isCancelled()).isTrue();
                }
            }
        }
    }

    /** While one writer is slow, others come and give up without end: nobody keeps them, but a few. */
    @Test
    void whoGaveUpIsNotKept() throws Exception {
        bounded(64);
        block();
        CompletableFuture<?> first = one(1);
        List<java.lang.ref.WeakReference<CompletableFuture<?>>> gone = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            CompletableFuture<?> write = one(2);
            assertThat(write.cancel(true)).isTrue();
            gone.add(new java.lang.ref.WeakReference<>(write));
        }
        CompletableFuture<?> last = one(3);
        long kept = Long.MAX_VALUE;
        for (int i = 0; i < 100 && kept > 300; i++) {
            System.gc();
            kept = gone.stream().filter(future -> !future.refersTo(null)).count();
        }
        assertThat(kept).isLessThanOrEqualTo(300);
        release.countDown();
        first.get();
        last.get();
        assertThat(count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void aPoolThatClosesTellsThoseWhoWaitAndNobodyIsMisled(int group) throws Exception {
        bounded(group);
        block();
        List<CompletableFuture<?>> waiting = fill(MOST, 0);
        Thread closing = new Thread(pool::close);
        closing.start();
        for (CompletableFuture<?> write : waiting) {
            assertThatThrownBy(write::get).hasMessageContaining("the pool is closed; the write was not begun");
        }
        // Full is what it is no more: the next is told of the end as well.
        assertThatThrownBy(() -> one(1).get()).hasMessageContaining("the pool is closed");
        release.countDown();
        closing.join();
    }
}
