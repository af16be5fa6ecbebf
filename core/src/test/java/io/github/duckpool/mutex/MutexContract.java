package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every fair mutex does, whoever made it: run against {@link AsyncMutex}, {@link AsyncSemaphore} with one permit, and the
 * JDK's fair {@link java.util.concurrent.Semaphore} as the reference.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class MutexContract {
    static final Duration LONG = Duration.ofMinutes(5);

    /** What all of them offer to threads. */
    interface Subject {
        Permit lock() throws InterruptedException;

        Permit lock(Duration timeout) throws InterruptedException, TimeoutException;

        /** Null if there is none, or somebody waits. */
        Permit tryAcquire();

        int queueLength();

        int available();
    }

    final Subject mutex = newSubject();

    abstract Subject newSubject();

    /** Whether a second close is harmless; the reference has no permits. */
    boolean closesOnce() {
        return true;
    }

    @Test
    void aFreeMutexIsTakenAtOnceAndFreeAgainAfterwards() throws Exception {
        assertThat(mutex.available()).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            Permit permit = mutex.lock();
            assertThat(mutex.available()).isZero();
            assertThat(mutex.tryAcquire()).isNull();
            permit.close();
            assertThat(mutex.available()).isEqualTo(1);
            Permit again = mutex.tryAcquire();
            assertThat(again).isNotNull();
            again.close();
            mutex.lock(LONG).close();
            mutex.lock(Duration.ZERO).close();
        }
        assertThat(mutex.queueLength()).isZero();
    }

    @Test
    void threadsAreServedInTheOrderTheyCame() throws Exception {
        Permit first = mutex.lock();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int number = i;
            threads.add(queued(() -> {
                try (Permit permit = number % 2 == 0 ? mutex.lock() : mutex.lock(LONG)) {
                    order.add(number);
                }
            }));
        }
        first.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(mutex.available()).isEqualTo(1);
        assertThat(mutex.queueLength()).isZero();
    }

    @Test
    void itIsGoneAfterItsTime() throws Exception {
        Permit first = mutex.lock();
        assertThatThrownBy(() -> mutex.lock(Duration.ZERO)).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> mutex.lock(Duration.ofMillis(5))).isInstanceOf(TimeoutException.class);
        assertThat(mutex.queueLength()).isZero();
        first.close();
        mutex.lock(Duration.ofMillis(5)).close();
    }

    @Test
    void whoeverIsInterruptedLeavesAtAnyPlaceInLine() throws Exception {
        for (int leaving = 0; leaving < 4; leaving++) {
            Permit first = mutex.lock();
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            CompletableFuture<Throwable> error = new CompletableFuture<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                threads.add(queued(() -> {
                    try (Permit permit = mutex.lock()) {
                        order.add(number);
                    } catch (InterruptedException e) {
                        assertThat(Thread.currentThread().isInterrupted()).isFalse();
                        error.complete(e);
                    }
                }));
            }
            threads.get(leaving).interrupt();
            assertThat(error.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            threads.get(leaving).join();
            assertThat(mutex.queueLength()).isEqualTo(3);
            first.close();
            for (Thread thread : threads) {
                thread.join();
            }
            List<Integer> others = new ArrayList<>(List.of(0, 1, 2, 3));
            others.remove((Integer) leaving);
            assertThat(order).isEqualTo(others);
            assertThat(mutex.available()).isEqualTo(1);
        }
    }

    @Test
    void anInterruptedThreadGetsNothingAndItsFlagIsCleared() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(mutex::lock).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> mutex.lock(LONG)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(mutex.available()).isEqualTo(1);
    }

    @Test
    void anotherThreadMayReturnThePermit() throws Exception {
        Permit first = mutex.lock();
        Thread waiter = queued(() -> mutex.lock().close());
        Thread closer = new Thread(first::close);
        closer.start();
        closer.join();
        waiter.join();
        assertThat(mutex.available()).isEqualTo(1);
    }

    @Test
    void aSecondCloseDoesNothing() throws Exception {
        assumeTrue(closesOnce(), "the reference has no permits");
        Permit first = mutex.lock();
        first.close();
        first.close();
        assertThat(mutex.available()).isEqualTo(1);
        Permit second = mutex.lock();
        first.close();
        assertThat(mutex.available()).isZero();
        Thread waiter = queued(() -> mutex.lock().close());
        first.close();
        assertThat(mutex.queueLength()).isEqualTo(1);
        second.close();
        waiter.join();
        second.close();
        assertThat(mutex.available()).isEqualTo(1);
    }

    @Test
    void nobodyIsEverInsideWithAnother() throws Exception {
        int[] inside = new int[1];
        long[] done = new long[1];
        List<Thread> threads = new ArrayList<>();
        List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < 6; t++) {
            int kind = t % 3;
            threads.add(new Thread(() -> {
                try {
                    for (int i = 0; i < 2_000; i++) {
                        Permit permit =
                                switch (kind) {
                                    case 0 -> mutex.lock();
                                    case 1 -> mutex.lock(LONG);
                                    default -> {
                                        Permit tried = mutex.tryAcquire();
                                        yield tried != null ? tried : mutex.lock();
                                    }
                                };
                        assertThat(inside[0]++).isZero();
                        done[0]++;
                        inside[0]--;
                        permit.close();
                    }
                } catch (Throwable e) {
                    errors.add(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(errors).isEmpty();
        assertThat(done[0]).isEqualTo(12_000);
        assertThat(mutex.available()).isEqualTo(1);
        assertThat(mutex.queueLength()).isZero();
    }

    interface Body {
        void run() throws Exception;
    }

    /** Starts a thread that will wait, and comes back when it does. */
    final Thread queued(Body body) throws Exception {
        int before = mutex.queueLength();
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        while (mutex.queueLength() == before) {
            Thread.sleep(1);
        }
        return thread;
    }
}
