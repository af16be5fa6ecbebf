package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What runs on the thread that returns a permit or closes the line: no deeper on its stack, and no longer, however many wait. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InlineExecutorTest {
    private static final int WAITERS = 100_000;
    private static final int SMALL_STACK = 512 * 1024;

    private static void servesALongLine(Executor executor) throws Exception {
        AsyncMutex mutex = new AsyncMutex(MutexOptions.ofDefaults().executor(executor));
        AtomicInteger served = new AtomicInteger();
        AtomicInteger outOfOrder = new AtomicInteger();
        FutureTask<?> task = new FutureTask<>(() -> {
            Permit first = mutex.lock();
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < WAITERS; i++) {
                int number = i;
                all.add(mutex.acquire().thenAccept(permit -> {
                    if (served.getAndIncrement() != number) {
                        outOfOrder.incrementAndGet();
                    }
                    permit.close();
                }));
            }
            first.close();
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            return null;
        });
        new Thread(null, task, "small stack", SMALL_STACK).start();
        task.get(90, TimeUnit.SECONDS);
        assertThat(served).hasValue(WAITERS);
        assertThat(outOfOrder).hasValue(0);
        assertThat(mutex.queueLength()).isZero();
    }

    @Test
    void anExecutorThatRunsEverythingAtOnceNeedsNoStack() throws Exception {
        servesALongLine(Runnable::run);
    }

    /** As a pool of threads does that is full. */
    @Test
    void anExecutorThatHasItsCallerRunNeedsNoStack() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ThreadPoolExecutor full = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>(), new ThreadPoolExecutor.CallerRunsPolicy());
        try {
            full.execute(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            servesALongLine(full);
        } finally {
            end.countDown();
            full.shutdown();
        }
    }

    /** Those who are told take their time until whoever told the first of them is back. */
    @Test
    void whoeverClosesALineComesBackHoweverManyAreTold() throws Exception {
        AsyncMutex mutex = new AsyncMutex();
        AtomicBoolean isBack = new AtomicBoolean();
        AtomicInteger told = new AtomicInteger();
        Map<Thread, Boolean> tellers = new ConcurrentHashMap<>();
        Permit first = mutex.lock();
        for (int i = 0; i < 2_000; i++) {
            mutex.acquire().exceptionally(closed -> {
                tellers.put(Thread.currentThread(), true);
                if (!isBack.get()) {
                    try {
                        Thread.sleep(1);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                told.incrementAndGet();
                return first;
            });
        }
        mutex.close();
        isBack.set(true);
        while (told.get() < 2_000) {
            Thread.sleep(1);
        }
        assertThat(tellers.keySet()).as("some on another thread").anyMatch(each -> each != Thread.currentThread());
    }
}
