package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An executor that throws anything at all when it is given the task of telling somebody, and a key that can't say what it is: nobody is left
 * without his turn or without his error.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenExecutorTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    /** What an executor throws that is full, has no thread, is broken, or is written in a language without declared exceptions. */
    private static final List<Supplier<Throwable>> FAULTS = List.of(
            () -> new RejectedExecutionException("full"),
            () -> new OutOfMemoryError("unable to create native thread"),
            () -> new IllegalStateException("broken"),
            () -> new StackOverflowError("injected"),
            () -> new IOException("undeclared"));

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable e) throws E {
        throw (E) e;
    }

    private static Executor failing(Supplier<Throwable> fault) {
        return task -> {
            throw BrokenExecutorTest.<RuntimeException>sneaky(fault.get());
        };
    }

    private static AsyncMutex mutex(Executor executor) {
        return new AsyncMutex(MutexOptions.ofDefaults().executor(executor));
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) { // the executor's
            assertThat(FAULTS).anyMatch(fault -> fault.get().getClass() == e.getClass());
        }
    }

    private static Thread queued(AsyncMutex mutex, AtomicReference<@Nullable Throwable> outcome) throws Exception {
        int before = mutex.queueLength();
        Thread thread = new Thread(() -> {
            try {
                Permit permit = mutex.lock();
                quietly(permit::close);
            } catch (Throwable e) {
                outcome.set(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        while (mutex.queueLength() == before) {
            Thread.sleep(1);
        }
        return thread;
    }

    /** A stage that says when somebody listens to it. */
    private static final class Heard extends CompletableFuture<String> {
        final CompletableFuture<Boolean> listened = new CompletableFuture<>();

        @Override
        public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
            CompletableFuture<String> next = super.whenComplete(action);
            listened.complete(true);
            return next;
        }
    }

    @Test
    void everyoneHasHisTurnAndHisResult() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AsyncMutex mutex = mutex(failing(fault));
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Permit first = mutex.lock();
            CompletableFuture<String> none = mutex.withPermit(() -> {
                throw new IllegalArgumentException("of the work");
            });
            CompletableFuture<String> done = mutex.withPermit(() -> CompletableFuture.completedFuture("done"));
            CompletableFuture<String> failed =
                    mutex.withPermit(() -> CompletableFuture.failedFuture(new IllegalArgumentException("later")));
            Heard stage = new Heard();
            CompletableFuture<String> later = mutex.withPermit(() -> stage);
            CompletableFuture<Permit> between = mutex.acquire();
            Thread thread = queued(mutex, failure);
            CompletableFuture<Permit> last = mutex.acquire();
            quietly(first::close);
            assertThatThrownBy(() -> none.get(10, TimeUnit.SECONDS)).hasMessageContaining("of the work");
            assertThat(done.get(10, TimeUnit.SECONDS)).isEqualTo("done");
            assertThatThrownBy(() -> failed.get(10, TimeUnit.SECONDS)).hasMessageContaining("later");
            stage.listened.get(10, TimeUnit.SECONDS);
            assertThat(later).isNotDone();
            stage.complete("at last");
            assertThat(later.get(10, TimeUnit.SECONDS)).isEqualTo("at last");
            Permit permit = between.get(10, TimeUnit.SECONDS);
            quietly(permit::close);
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
            assertThat(failure.get()).isNull();
            last.get(10, TimeUnit.SECONDS).close();
            assertThat(mutex.available()).isEqualTo(1);
            assertThat(mutex.queueLength()).isZero();
        }
    }

    @Test
    void aLineOfAnyLengthNeedsNoStack() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AsyncMutex mutex = mutex(failing(fault));
            AtomicInteger served = new AtomicInteger();
            Permit first = mutex.lock();
            CompletableFuture<?> last = new CompletableFuture<>();
            for (int i = 0; i < 20_000; i++) {
                last = mutex.acquire().thenAccept(permit -> {
                    served.incrementAndGet();
                    quietly(permit::close);
                });
            }
            quietly(first::close);
            last.get(30, TimeUnit.SECONDS);
            assertThat(served).hasValue(20_000);
            assertThat(mutex.available()).isEqualTo(1);
        }
    }

    @Test
    void closingTellsEveryone() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AsyncMutex mutex = mutex(failing(fault));
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Permit first = mutex.lock();
            CompletableFuture<Permit> one = mutex.acquire();
            CompletableFuture<String> two = mutex.withPermit(() -> CompletableFuture.completedFuture("never"));
            Thread thread = queued(mutex, failure);
            CompletableFuture<Permit> three = mutex.acquire(LONG);
            quietly(mutex::close);
            for (CompletableFuture<?> waiting : List.of(one, two, three)) {
                assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasMessageContaining("closed");
            }
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
            assertThat(failure.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            first.close();
        }
    }

    /** Whoever measures the time has nobody to throw at, so he says it where errors go that nobody is there to catch. */
    @Test
    void aTimeThatIsOverIsOver() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Queue<Throwable> reported = new ConcurrentLinkedQueue<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> reported.add(e));
        try {
            aTimeThatIsOverIsOver(reported);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private void aTimeThatIsOverIsOver(Queue<Throwable> reported) throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AsyncMutex mutex = mutex(failing(fault));
            Permit first = mutex.lock();
            CompletableFuture<Permit> late = mutex.acquire(Duration.ofMillis(1));
            CompletableFuture<String> lateWork =
                    mutex.withPermit(Duration.ofMillis(1), () -> CompletableFuture.completedFuture("never"));
            for (CompletableFuture<?> future : List.of(late, lateWork)) {
                assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
            }
            Class<?> thrown = fault.get().getClass();
            boolean refuses = thrown == RejectedExecutionException.class || thrown == OutOfMemoryError.class;
            while (!refuses && reported.stream().filter(thrown::isInstance).count() < 2) {
                Thread.sleep(1); // or until the test's time is over
            }
            first.close();
            assertThat(mutex.available()).isEqualTo(1);
        }
    }

    @Test
    void theWaitersOfEveryKeyAreTold() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            KeyedMutex<Integer> keyed =
                    new KeyedMutex<>(MutexOptions.ofDefaults().executor(failing(fault)));
            List<CompletableFuture<Permit>> waiting = new ArrayList<>();
            for (int key = 0; key < 5; key++) {
                assertThat(keyed.tryAcquire(key)).isNotNull();
                waiting.add(keyed.acquire(key));
            }
            quietly(keyed::close);
            assertThat(keyed.size()).isZero();
            for (CompletableFuture<Permit> future : waiting) {
                assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS)).hasMessageContaining("closed");
            }
        }
    }

    /** A key whose text fails, as it does where there is no memory for it. */
    private record Mute(Supplier<Throwable> fault) {
        @Override
        public String toString() {
            throw BrokenExecutorTest.<RuntimeException>sneaky(fault.get());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    @Test
    void workThatWasDoneAtOnceKeepsItsResultWhoeverCannotBeTold() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AsyncMutex mutex = mutex(failing(fault));
            AtomicReference<@Nullable Throwable> unseen = new AtomicReference<>();
            Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> unseen.set(e));
            AtomicReference<@Nullable CompletableFuture<Permit>> next = new AtomicReference<>();
            try {
                CompletableFuture<String> done = mutex.withPermit(() -> {
                    next.set(mutex.acquire());
                    return CompletableFuture.completedFuture("done");
                });
                assertThat(done).isCompletedWithValue("done");
                CompletableFuture<Permit> told = next.get();
                assertThat(told).isNotNull();
                told.get(10, TimeUnit.SECONDS);
            } finally {
                Thread.currentThread().setUncaughtExceptionHandler(before);
            }
        }
    }

    private interface Asking<R> {
        R of(AsyncMutex mutex) throws Exception;
    }

    /** Asks for work that has somebody get in line behind it. The next one must come, and nothing of the executor's may be thrown here. */
    private static <R> R behindWhichAnotherWaits(
            AsyncMutex mutex, AtomicReference<@Nullable CompletableFuture<Permit>> next, Asking<R> asking)
            throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {});
        try {
            return asking.of(mutex);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
            CompletableFuture<Permit> told = next.get();
            assertThat(told).isNotNull();
            told.get(10, TimeUnit.SECONDS);
        }
    }

    /** Work that has another wait behind it, and fails. */
    private static <R> R failBeforeTheNext(
            AsyncMutex mutex, AtomicReference<@Nullable CompletableFuture<Permit>> next) {
        next.set(mutex.acquire());
        throw new IllegalArgumentException("of the work");
    }

    @Test
    void workThatFailedAtOnceSaysWhyWhoeverCannotBeTold() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AtomicReference<@Nullable CompletableFuture<Permit>> next = new AtomicReference<>();
            AsyncMutex mutex = mutex(failing(fault));
            CompletableFuture<String> failed =
                    behindWhichAnotherWaits(mutex, next, each -> each.withPermit(() -> failBeforeTheNext(each, next)));
            assertThatThrownBy(failed::join).hasMessageContaining("of the work");
        }
    }

    @Test
    void aCallThatFailedSaysWhyWhoeverCannotBeTold() {
        for (Supplier<Throwable> fault : FAULTS) {
            AtomicReference<@Nullable CompletableFuture<Permit>> next = new AtomicReference<>();
            AsyncMutex mutex = mutex(failing(fault));
            assertThatThrownBy(() -> behindWhichAnotherWaits(
                            mutex, next, each -> each.<String>call(() -> failBeforeTheNext(each, next))))
                    .hasMessage("of the work");
        }
    }

    /** The permit comes back after it was asked for at the door, and before the place in line is taken. */
    @Test
    void workThatHadToWaitForNothingKeepsItsResultWhoeverCannotBeTold() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            AtomicReference<@Nullable CompletableFuture<Permit>> next = new AtomicReference<>();
            AsyncMutex mutex = mutex(failing(fault));
            CompletableFuture<String> done = behindWhichAnotherWaits(
                    mutex,
                    next,
                    each -> each.queueFuture(
                            new WorkTicket<>(each, () -> {
                                next.set(mutex.acquire());
                                return CompletableFuture.completedFuture("done");
                            }),
                            null));
            assertThat(done).isCompletedWithValue("done");
        }
    }

    @Test
    void whoCannotBeToldThatItIsClosedIsToldSomething() throws Exception {
        for (Supplier<Throwable> fault : FAULTS) {
            KeyedMutex<Mute> keyed = new KeyedMutex<>();
            Mute key = new Mute(fault);
            assertThat(keyed.tryAcquire(key)).isNotNull();
            CompletableFuture<Permit> late = keyed.acquire(key, Duration.ofMillis(1));
            assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            CompletableFuture<Permit> one = keyed.acquire(key);
            Thread thread = new Thread(() -> {
                try {
                    keyed.lock(key);
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
            while (keyed.queueLength(key) < 2) {
                Thread.sleep(1);
            }
            CompletableFuture<String> two = keyed.withPermit(key, () -> CompletableFuture.completedFuture("never"));
            keyed.close();
            for (CompletableFuture<?> waiting : List.of(one, two)) {
                assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            }
            thread.join(10_000);
            assertThat(thread.isAlive()).as("parked for ever").isFalse();
            assertThat(failure.get()).isNotNull();
        }
    }

    @Test
    void aKeyThatCannotSayWhatItIsKeepsNoErrorFromAnybody() {
        KeyedMutex<Mute> keyed = new KeyedMutex<>(MutexOptions.ofDefaults().maxWaiters(0));
        Mute key = new Mute(() -> new IllegalStateException("of the key"));
        assertThat(keyed.tryAcquire(key)).isNotNull();
        assertThatThrownBy(() -> keyed.lock(key, Duration.ZERO))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining(Mute.class.getName());
        assertThatThrownBy(() -> keyed.lock(key)).isInstanceOf(RejectedExecutionException.class);
    }
}
