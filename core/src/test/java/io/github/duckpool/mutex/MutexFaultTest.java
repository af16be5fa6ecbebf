package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory that runs out between two steps, and the moment between the last look and the park: no permit is lost or doubled. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutexFaultTest {
    private final AtomicInteger worked = new AtomicInteger();

    private static OutOfMemoryError noMemory() {
        return new OutOfMemoryError("injected");
    }

    private static AsyncMutex mutex(Executor executor) {
        return new AsyncMutex(MutexOptions.ofDefaults().executor(executor));
    }

    private CompletableFuture<Integer> work(AsyncMutex mutex) {
        return mutex.withPermit(() -> CompletableFuture.completedFuture(worked.incrementAndGet()));
    }

    private static void assertAtRest(AsyncSemaphore semaphore) {
        assertThat(semaphore.queueLength()).isZero();
        assertThat(semaphore.available()).isEqualTo(1);
    }

    /** It can't start a thread, for one. */
    @Test
    void anExecutorWithoutMemoryCostsNobodyHisPermit() throws Exception {
        AsyncMutex mutex = mutex(task -> {
            throw noMemory();
        });
        everyoneIsServed(mutex, 1);
    }

    @Test
    void whoIsToldTwiceHasOnePermitAndWorksOnce() throws Exception {
        AsyncMutex mutex = mutex(task -> {
            task.run();
            throw noMemory();
        });
        everyoneIsServed(mutex, 1);
    }

    @Test
    void anExecutorThatFailsAfterItHasTakenTheTaskCostsNobodyHisPermit() throws Exception {
        Queue<Runnable> taken = new ArrayDeque<>();
        AsyncMutex mutex = mutex(task -> {
            taken.add(task);
            throw new IllegalStateException("injected");
        });
        Permit first = mutex.lock();
        CompletableFuture<Permit> next = mutex.acquire();
        CompletableFuture<Integer> last = work(mutex);
        assertThatThrownBy(first::close).hasMessage("injected");
        assertThat(next).isCompleted();
        taken.forEach(Runnable::run);
        assertThat(mutex.available()).isZero();
        assertThat(last).isNotDone();
        assertThatThrownBy(next.join()::close).hasMessage("injected");
        taken.forEach(Runnable::run);
        assertThat(last).isCompletedWithValue(1);
        assertAtRest(mutex);
    }

    private void everyoneIsServed(AsyncMutex mutex, int works) throws Exception {
        Permit first = mutex.lock();
        CompletableFuture<Permit> next = mutex.acquire();
        CompletableFuture<Integer> done = work(mutex);
        CompletableFuture<Permit> after = mutex.acquire();
        CompletableFuture<Permit> last = mutex.acquire();
        first.close();
        assertThat(next).isCompleted();
        assertThat(done).as("one holds it").isNotDone();
        assertThat(mutex.available()).isZero();
        next.join().close();
        assertThat(done).isCompletedWithValue(works);
        assertThat(after).isCompleted();
        assertThat(last).isNotDone();
        after.join().close();
        last.join().close();
        assertAtRest(mutex);
    }

    @Test
    void anErrorWithOneOfManyPermitsIsNoneOfTheOthers() throws Exception {
        AtomicInteger told = new AtomicInteger();
        AsyncMutex mutex = mutex(task -> {
            if (told.incrementAndGet() == 1) {
                throw new IllegalStateException("injected");
            }
            task.run();
        });
        Permit first = mutex.lock();
        List<CompletableFuture<Permit>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(mutex.acquire());
        }
        assertThatThrownBy(mutex::close).hasMessage("injected");
        assertThat(waiting).allSatisfy(future -> assertThat(future).isCompletedExceptionally());
        first.close();
    }

    /** A stage that fails when it is listened to, so many times. */
    private static final class Deaf extends CompletableFuture<String> {
        private final Throwable why;
        private int times;

        Deaf(int times, Throwable why) {
            this.times = times;
            this.why = why;
        }

        @Override
        public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
            if (times > 0) {
                times--;
                throw MutexFaultTest.<RuntimeException>sneaky(why);
            }
            return super.whenComplete(action);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable e) throws E {
        throw (E) e;
    }

    @Test
    void workThatIsUnderWayKeepsItsPermitUntilItIsDone() throws Exception {
        for (boolean waits : new boolean[] {false, true}) {
            AsyncMutex mutex = new AsyncMutex();
            Deaf stage = new Deaf(2, noMemory());
            Permit first = waits ? mutex.lock() : null;
            CompletableFuture<String> result = mutex.withPermit(() -> stage);
            if (first != null) {
                first.close();
            }
            CompletableFuture<Permit> next = mutex.acquire();
            assertThat(next).isNotDone();
            stage.complete("done");
            assertThat(result).isCompletedWithValue("done");
            next.get(30, TimeUnit.SECONDS).close();
            assertAtRest(mutex);
        }
    }

    @Test
    void aStageThatCannotBeListenedToFailsItsWorkAlone() throws Exception {
        for (boolean waits : new boolean[] {false, true}) {
            AsyncMutex mutex = new AsyncMutex();
            Deaf stage = new Deaf(Integer.MAX_VALUE, new StackOverflowError("injected"));
            Permit first = waits ? mutex.lock() : null;
            CompletableFuture<String> result = mutex.withPermit(() -> stage);
            if (first != null) {
                first.close();
            }
            assertThatThrownBy(result::join).hasCauseInstanceOf(StackOverflowError.class);
            assertAtRest(mutex);
        }
    }

    /** Asked whether it is interrupted, right after it has looked for its permit and before it parks, it does something first. */
    private static final class Asked extends Thread {
        private final Runnable first;
        private boolean asked;

        Asked(Runnable first, Runnable body) {
            super(body);
            this.first = first;
        }

        @Override
        public boolean isInterrupted() {
            if (!asked && Thread.currentThread() == this) {
                asked = true;
                first.run();
            }
            return super.isInterrupted();
        }
    }

    @FunctionalInterface
    private interface Waiting {
        Permit lock() throws InterruptedException, TimeoutException;
    }

    private static @Nullable Throwable lockInAThread(Waiting waiting, Runnable first) throws InterruptedException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = new Asked(first, () -> {
            try (Permit permit = waiting.lock()) {
                assertThat(permit).isNotNull();
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        thread.join(30_000);
        assertThat(thread.isAlive()).as("parked for ever").isFalse();
        return failure.get();
    }

    /** Nobody wakes a thread that has not said that it parks; so it looks again afterwards. */
    @Test
    void aPermitThatComesBetweenTheLookAndTheParkIsSeen() throws Exception {
        AsyncMutex mutex = new AsyncMutex();
        Permit first = mutex.lock();
        assertThat(lockInAThread(mutex::lock, first::close)).isNull();
        assertAtRest(mutex);
        Permit second = mutex.lock();
        assertThat(lockInAThread(() -> mutex.lock(Duration.ofDays(1)), second::close))
                .isNull();
        assertAtRest(mutex);
    }

    @Test
    void aThreadWhoseWaitFailsGivesUpItsPlaceOrThePermitThatCame() throws Exception {
        for (boolean comes : new boolean[] {false, true}) {
            AsyncMutex mutex = new AsyncMutex();
            Permit first = mutex.lock();
            Throwable failure = lockInAThread(mutex::lock, () -> {
                if (comes) {
                    first.close();
                }
                throw noMemory();
            });
            assertThat(failure).isInstanceOf(OutOfMemoryError.class);
            assertThat(mutex.queueLength()).isZero();
            assertThat(mutex.available()).isEqualTo(comes ? 1 : 0);
            first.close();
            assertAtRest(mutex);
        }
    }

    /** No memory for a timer, after the place in line was taken. */
    @Test
    void aRequestWhoseTimeCannotBeMeasuredLeavesTheLine() throws Exception {
        List<CompletableFuture<?>> timers = new ArrayList<>();
        for (boolean comes : new boolean[] {false, true}) {
            Permit[] first = new Permit[1];
            AsyncMutex mutex = new AsyncMutex(MutexOptions.ofDefaults().alarm((timer, nanos) -> {
                timers.add(timer);
                if (comes) {
                    first[0].close();
                }
                throw noMemory();
            }));
            first[0] = mutex.lock();
            assertThatThrownBy(() -> mutex.acquire(Duration.ofDays(1))).isInstanceOf(OutOfMemoryError.class);
            assertThat(mutex.queueLength()).isZero();
            assertThat(mutex.available()).isEqualTo(comes ? 1 : 0);
            first[0].close();
            assertAtRest(mutex);
        }
        assertThat(timers).hasSize(2);
    }

    /** What becomes of a request whose caller gets an error instead of the future. */
    @Test
    void aRequestThatIsAbandonedLosesNoPermitWhateverHasComeOfIt() throws Exception {
        Queue<Runnable> untold = new ArrayDeque<>();
        AsyncMutex mutex = mutex(untold::add);
        Permit first = mutex.lock();
        PermitTicket waiting = (PermitTicket) mutex.acquire();
        PermitTicket matched = (PermitTicket) mutex.acquire();
        PermitTicket told = (PermitTicket) mutex.acquire();
        CompletableFuture<Integer> last = work(mutex);
        waiting.abandon();
        first.close();
        matched.abandon();
        untold.remove().run();
        assertThat(told).as("to be told next").isNotDone();
        untold.remove().run();
        assertThat(told).isCompleted();
        told.abandon();
        untold.remove().run();
        assertThat(last).isCompletedWithValue(1);
        assertThat(untold).isEmpty();
        assertAtRest(mutex);
    }
}
