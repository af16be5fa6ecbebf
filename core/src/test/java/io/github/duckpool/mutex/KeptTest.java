package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a line at rest keeps: nothing of those who were in it, and all that a permit needs to come back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeptTest {

    private static void assertForgotten(WeakReference<?> reference, Object line) throws InterruptedException {
        while (reference.get() != null) { // or until the test's time is over
            System.gc();
            Thread.sleep(10);
        }
        assertThat(line).isNotNull();
    }

    private static WeakReference<?> workedFor(AsyncSemaphore semaphore) throws Exception {
        Permit first = semaphore.lock();
        CompletableFuture<byte[]> work = semaphore.withPermit(() -> CompletableFuture.completedFuture(new byte[1]));
        first.close();
        return new WeakReference<>(work.join());
    }

    @Test
    void theResultOfTheLastWorkIsNotKept() throws Exception {
        AsyncMutex mutex = new AsyncMutex();
        assertForgotten(workedFor(mutex), mutex);
        assertThat(mutex.available()).isEqualTo(1);
    }

    private static WeakReference<?> waitedIn(AsyncSemaphore semaphore) throws Exception {
        Permit first = semaphore.lock();
        Thread thread = new Thread(() -> {
            try (Permit permit = semaphore.lock()) {
                assertThat(permit).isNotNull();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        while (semaphore.queueLength() == 0) {
            Thread.sleep(1);
        }
        first.close();
        thread.join();
        return new WeakReference<>(thread);
    }

    @Test
    void theThreadThatWaitedLastIsNotKept() throws Exception {
        AsyncMutex mutex = new AsyncMutex();
        assertForgotten(waitedIn(mutex), mutex);
        assertThat(mutex.available()).isEqualTo(1);
    }

    private static List<WeakReference<?>> gaveUp(AsyncSemaphore semaphore) {
        List<WeakReference<?>> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            CompletableFuture<Permit> future = semaphore.acquire();
            future.cancel(false);
            all.add(new WeakReference<>(future));
        }
        return all;
    }

    /** But for a few, which are not worth the search. */
    @Test
    void thoseWhoGaveUpAreNotKeptWhileTheHolderHoldsOn() throws Exception {
        AsyncMutex mutex = new AsyncMutex();
        Permit held = mutex.lock();
        List<WeakReference<?>> all = gaveUp(mutex);
        while (all.stream().filter(each -> each.get() != null).count() > 100) { // or until the test's time is over
            System.gc();
            Thread.sleep(10);
        }
        held.close();
        assertThat(mutex.available()).isEqualTo(1);
    }

    /** Where it comes back there may be no memory, and it would be lost with the error. */
    @Test
    void aPermitThatComesBackFindsAllItNeeds() {
        AsyncSemaphore semaphore = new AsyncSemaphore(5);
        Object before = semaphore.word();
        for (int round = 0; round < 2; round++) {
            List<Permit> held = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                held.add(semaphore.tryAcquire());
            }
            CompletableFuture<Permit> next = semaphore.acquire();
            held.remove(0).close();
            held.add(next.join());
            held.forEach(Permit::close);
            assertThat(semaphore.word()).as("made on the way down").isSameAs(before);
        }
    }
}
