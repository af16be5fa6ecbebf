package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.duckpool.Rounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Very many at once: on a small stack, on virtual threads, and with requests that are given up at random. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutexLoadTest {
    private static final int WAITERS = 100_000;
    private static final int SMALL_STACK = 512 * 1024;

    private final AsyncMutex mutex = new AsyncMutex();
    private final int[] served = new int[1];
    private final AtomicInteger outOfOrder = new AtomicInteger();

    @Test
    void aHundredThousandContinuationsNeedNoStack() throws Exception {
        onASmallStack(() -> {
            Permit first = mutex.lock();
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < WAITERS; i++) {
                int number = i;
                all.add(
                        switch (i % 4) {
                            case 0 ->
                                mutex.acquire().thenAccept(permit -> {
                                    serve(number);
                                    permit.close();
                                });
                            case 1 ->
                                mutex.withPermit(() -> {
                                    serve(number);
                                    return CompletableFuture.completedFuture(null);
                                });
                            case 2 -> {
                                CompletableFuture<Void> begin = new CompletableFuture<>();
                                CompletableFuture<Void> end = begin.thenRun(() -> serve(number));
                                yield mutex.withPermit(() -> {
                                    begin.complete(null);
                                    return end;
                                });
                            }
                            default ->
                                mutex.acquire(Duration.ofMinutes(5)).thenCompose(permit -> {
                                    serve(number);
                                    permit.close();
                                    return CompletableFuture.completedFuture(null);
                                });
                        });
            }
            assertThat(mutex.queueLength()).isEqualTo(WAITERS);
            first.close();
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(100, TimeUnit.SECONDS);
        });
        assertThat(outOfOrder).hasValue(0);
        assertThat(served[0]).isEqualTo(WAITERS);
        whenAllIsAtRest();
    }

    @Test
    void aHundredThousandThatGiveUpNeedNoStackEither() throws Exception {
        onASmallStack(() -> {
            Permit first = mutex.lock();
            List<CompletableFuture<Permit>> all = new ArrayList<>();
            for (int i = 0; i < WAITERS; i++) {
                all.add(mutex.acquire());
            }
            for (int i = 0; i < WAITERS - 1; i++) {
                all.get(i).cancel(false);
            }
            assertThat(mutex.queueLength()).isEqualTo(1);
            first.close();
            all.get(WAITERS - 1).get(100, TimeUnit.SECONDS).close();
        });
        whenAllIsAtRest();
    }

    @Test
    void closingTellsAHundredThousandOnASmallStack() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        onASmallStack(() -> {
            Permit first = mutex.lock();
            for (int i = 0; i < WAITERS; i++) {
                mutex.acquire().whenComplete((permit, error) -> failed.incrementAndGet());
            }
            mutex.close();
            first.close();
        });
        while (failed.get() < WAITERS) {
            Thread.sleep(1);
        }
        assertThat(mutex.queueLength()).isZero();
    }

    /** More wait at once than there are carriers, so none is pinned; they and futures are served in one order. */
    @Test
    void virtualThreadsWaitInLine() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads need JDK 21");
        ExecutorService threads = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        try {
            Permit first = mutex.lock();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                int number = i;
                if (i % 5 == 4) {
                    all.add(mutex.acquire().thenAccept(permit -> {
                        serve(number);
                        permit.close();
                    }));
                } else {
                    all.add(threads.submit(() -> {
                        try (Permit permit = number % 2 == 0 ? mutex.lock() : mutex.lock(Duration.ofMinutes(5))) {
                            serve(number);
                        }
                        return null;
                    }));
                }
                while (mutex.queueLength() == i) {
                    Thread.onSpinWait();
                }
            }
            first.close();
            for (Future<?> one : all) {
                one.get(100, TimeUnit.SECONDS);
            }
            assertThat(outOfOrder).hasValue(0);
            assertThat(served[0]).isEqualTo(1_000);
            whenAllIsAtRest();
            contend(threads, 200, Rounds.of(50));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void nothingIsLostWhenRequestsAreGivenUpAtRandom() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            contend(threads, 8, Rounds.of(3_000));
        } finally {
            threads.shutdownNow();
        }
    }

    @Tag("torture")
    @Test
    void nothingIsLostForLong() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            contend(threads, 16, Rounds.forSeconds(40));
        } finally {
            threads.shutdownNow();
        }
    }

    /** Every way to ask, and every way to give up, by many at once; afterwards the count is exact and the mutex free. */
    private void contend(ExecutorService threads, int tasks, Rounds rounds) throws Exception {
        int[] inside = new int[1];
        AtomicInteger granted = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < tasks; t++) {
            SplittableRandom random = new SplittableRandom(t);
            all.add(threads.submit(() -> {
                for (int i = 0; rounds.go(i); i++) {
                    Permit permit = ask(random, inside, granted);
                    if (permit != null) {
                        inside[0]++;
                        granted.incrementAndGet();
                        permit.close();
                    }
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get(100, TimeUnit.SECONDS);
        }
        whenAllIsAtRest();
        assertThat(inside[0]).isEqualTo(granted.get());
    }

    private Permit ask(SplittableRandom random, int[] inside, AtomicInteger granted) throws Exception {
        switch (random.nextInt(7)) {
            case 0:
                return mutex.lock();
            case 1:
                return mutex.tryAcquire();
            case 2:
                try {
                    return mutex.lock(Duration.ofNanos(random.nextInt(100_000)));
                } catch (TimeoutException e) {
                    return null;
                }
            case 3:
                CompletableFuture<Permit> cancelled = mutex.acquire();
                return cancelled.cancel(false) ? null : cancelled.join();
            case 4:
                CompletableFuture<Permit> timed = mutex.acquire(Duration.ofNanos(random.nextInt(100_000)));
                return timed.exceptionally(late -> null).join();
            case 5:
                Thread.currentThread().interrupt();
                CompletableFuture<Object> work = mutex.withPermit(() -> {
                    inside[0]++;
                    granted.incrementAndGet();
                    return CompletableFuture.completedFuture(null);
                });
                Thread.interrupted();
                if (random.nextBoolean()) {
                    work.cancel(true);
                }
                return null;
            default:
                Thread me = Thread.currentThread();
                CompletableFuture<Void> interrupter = CompletableFuture.runAsync(me::interrupt);
                Permit permit = null;
                try {
                    permit = mutex.lock();
                } catch (InterruptedException e) {
                    // as it may
                }
                interrupter.join();
                Thread.interrupted();
                return permit;
        }
    }

    private void serve(int number) {
        if (served[0]++ != number) {
            outOfOrder.incrementAndGet();
        }
    }

    /** The last continuation may return its permit a moment after its future is complete. */
    private void whenAllIsAtRest() throws InterruptedException {
        while (mutex.available() == 0 || mutex.queueLength() > 0) {
            Thread.sleep(1);
        }
    }

    interface Body {
        void run() throws Exception;
    }

    private static void onASmallStack(Body body) throws Exception {
        FutureTask<?> task = new FutureTask<>(() -> {
            body.run();
            return null;
        });
        new Thread(null, task, "small stack", SMALL_STACK).start();
        task.get(110, TimeUnit.SECONDS);
    }
}
