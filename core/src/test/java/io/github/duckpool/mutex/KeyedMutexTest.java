package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A line for each key, and no trace of the keys that nobody uses. The lines themselves are held to {@link WorkContract}. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyedMutexTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final KeyedMutex<String> tables = new KeyedMutex<>();

    @Test
    void equalKeysExcludeEachOtherAndOthersDoNot() throws Exception {
        Permit letters = tables.lock("letters");
        assertThat(tables.tryAcquire(String.valueOf("letters".toCharArray()))).isNull();
        assertThat(tables.isAvailable("letters")).isFalse();
        try (Permit stamps = tables.lock("stamps")) {
            assertThat(stamps).isNotNull();
            assertThat(tables.size()).isEqualTo(2);
        }
        assertThat(tables.size()).isEqualTo(1);
        CompletableFuture<Permit> next = tables.acquire("letters");
        CompletableFuture<Integer> work =
                tables.withPermit("letters", () -> CompletableFuture.completedFuture(tables.size()));
        assertThat(tables.queueLength("letters")).isEqualTo(2);
        letters.close();
        assertThat(work).isNotDone();
        next.join().close();
        assertThat(work).isCompletedWithValue(1);
        assertThat(tables.size()).isZero();
        assertThat(tables.isAvailable("letters")).isTrue();
        assertThat(tables.queueLength("letters")).isZero();
    }

    @Test
    void noWayOfUsingAKeyLeavesATrace() throws Exception {
        tables.lock("a").close();
        tables.lock("a", LONG).close();
        tables.tryAcquire("a").close();
        tables.acquire("a").join().close();
        tables.acquire("a", Duration.ZERO).join().close();
        assertThat(tables.withPermit("a", () -> CompletableFuture.completedFuture(1)))
                .isCompletedWithValue(1);
        assertThat(tables.withPermit(
                        "a", LONG, () -> CompletableFuture.failedFuture(new IllegalStateException("work"))))
                .isCompletedExceptionally();
        assertThat(tables.<Integer>call("a", () -> 2)).isEqualTo(2);
        assertThat(tables.<Integer>call("a", LONG, () -> 3)).isEqualTo(3);
        assertThatThrownBy(() -> tables.call("a", () -> {
                    throw new java.io.IOException("work");
                }))
                .isInstanceOf(java.io.IOException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> tables.lock("a")).isInstanceOf(InterruptedException.class);
        assertThatThrownBy(() -> tables.lock("a", LONG.negated())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tables.acquire("a", LONG.negated())).isInstanceOf(IllegalArgumentException.class);
        assertThat(tables.size()).isZero();
    }

    @Test
    void whoGivesUpLeavesNoTraceEither() throws Exception {
        Permit first = tables.lock("a");
        assertThatThrownBy(() -> tables.lock("a", Duration.ofMillis(5)))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("key a");
        assertThat(tables.acquire("a", Duration.ZERO)).isCompletedExceptionally();
        AtomicInteger started = new AtomicInteger();
        CompletableFuture<Integer> late = tables.withPermit(
                "a", Duration.ofMillis(5), () -> CompletableFuture.completedFuture(started.incrementAndGet()));
        assertThatThrownBy(() -> late.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        tables.acquire("a").cancel(false);
        assertThat(tables.queueLength("a")).isZero();
        assertThat(tables.size()).isEqualTo(1);
        first.close();
        first.close();
        assertThat(tables.size()).isZero();
        assertThat(started).hasValue(0);
    }

    /** The permit of work has no object that the line could be told by. */
    @Test
    void aKeyIsInUseForAsLongAsWorkIsUnderWay() {
        CompletableFuture<Integer> underWay = new CompletableFuture<>();
        CompletableFuture<Integer> work = tables.withPermit("a", () -> underWay);
        assertThat(tables.size()).isEqualTo(1);
        assertThat(tables.isAvailable("a")).isFalse();
        assertThat(tables.tryAcquire("a")).isNull();
        CompletableFuture<Permit> next = tables.acquire("a");
        assertThat(next).isNotDone();
        underWay.complete(7);
        assertThat(work).isCompletedWithValue(7);
        next.join().close();
        assertThat(tables.size()).isZero();
    }

    @Test
    void workThatFailsAsAClosedLineDoesIsDoneOnce() {
        AtomicInteger started = new AtomicInteger();
        CompletableFuture<Integer> failed = tables.withPermit("a", () -> {
            started.incrementAndGet();
            throw new IllegalStateException("closed");
        });
        assertThatThrownBy(failed::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(started).hasValue(1);
    }

    @Test
    void closingFailsTheWaitersOfAllKeys() throws Exception {
        Permit a = tables.lock("a");
        Permit b = tables.lock("b");
        CompletableFuture<Permit> nextA = tables.acquire("a");
        CompletableFuture<Integer> nextB = tables.withPermit("b", () -> CompletableFuture.completedFuture(1));
        tables.close();
        tables.close();
        assertThatThrownBy(nextA::join).cause().isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(nextB::join)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        a.close();
        b.close();
        assertThatThrownBy(() -> tables.lock("c")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tables.tryAcquire("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tables.acquire("a").join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tables.withPermit("a", () -> nextB).join())
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(tables.isClosed()).isTrue();
        assertThat(tables.isAvailable("a")).isFalse();
        assertThat(tables.size()).isZero();
    }

    /** A key at whose first look something happens. */
    private record Watched(Runnable seen) {
        @Override
        public int hashCode() {
            seen.run();
            return 1;
        }
    }

    /** Whoever closes finds no line yet, so whoever makes it has to look again. */
    @Test
    void nobodyGetsInByALineThatIsMadeWhileTheMutexIsClosed() {
        KeyedMutex<Watched> keyed = new KeyedMutex<>();
        AtomicInteger looks = new AtomicInteger();
        Watched key = new Watched(() -> {
            if (looks.incrementAndGet() == 1) {
                keyed.close();
            }
        });
        assertThatThrownBy(() -> keyed.tryAcquire(key)).isInstanceOf(IllegalStateException.class);
        assertThat(keyed.size()).isZero();
    }

    /** Its key has another by then, which somebody holds. */
    @Test
    void aLineThatIsDroppedLateTakesNoOtherWithIt() {
        KeyedMutex<Watched> keyed = new KeyedMutex<>();
        AtomicInteger looks = new AtomicInteger();
        List<Permit> next = new ArrayList<>();
        Watched[] key = new Watched[1];
        key[0] = new Watched(() -> {
            if (looks.incrementAndGet() == 2) { // the first line has retired and is about to be dropped
                next.add(keyed.tryAcquire(key[0]));
            }
        });
        keyed.tryAcquire(key[0]).close();
        assertThat(next).hasSize(1).doesNotContainNull();
        assertThat(keyed.size()).isEqualTo(1);
        assertThat(keyed.tryAcquire(key[0])).as("held already").isNull();
        next.get(0).close();
        assertThat(keyed.size()).isZero();
    }

    @Test
    void theBoundHoldsForEachKey() throws Exception {
        KeyedMutex<String> bounded = new KeyedMutex<>(MutexOptions.ofDefaults().maxWaiters(1));
        Permit a = bounded.lock("a");
        Permit b = bounded.lock("b");
        CompletableFuture<Permit> nextA = bounded.acquire("a");
        assertThatThrownBy(() -> bounded.lock("a")).isInstanceOf(RejectedExecutionException.class);
        CompletableFuture<Permit> nextB = bounded.acquire("b");
        a.close();
        b.close();
        nextA.join().close();
        nextB.join().close();
        assertThat(bounded.size()).isZero();
    }

    /** Lines come and go all the time here: nobody may get into one that was dropped. */
    @Test
    void nobodyIsInsideWithAnotherWhileLinesComeAndGo() throws Exception {
        KeyedMutex<Integer> keyed = new KeyedMutex<>();
        int[] counts = new int[3];
        int each = 20_000;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int kind = t;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        int key = i % counts.length;
                        switch (kind) {
                            case 0 ->
                                keyed.withPermit(key, () -> CompletableFuture.completedFuture(counts[key]++))
                                        .join();
                            case 1 -> keyed.call(key, () -> counts[key]++);
                            case 2 ->
                                keyed.acquire(key)
                                        .thenAccept(permit -> {
                                            counts[key]++;
                                            permit.close();
                                        })
                                        .join();
                            default -> {
                                Permit permit = keyed.tryAcquire(key);
                                try (Permit held = permit != null ? permit : keyed.lock(key, LONG)) {
                                    counts[key]++;
                                }
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(counts[0] + counts[1] + counts[2]).isEqualTo(4 * each);
        assertThat(keyed.size()).isZero();
    }
}
