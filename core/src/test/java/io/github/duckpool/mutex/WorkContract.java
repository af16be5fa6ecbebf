package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What our own mutexes do for work, and how their lines are closed and bounded. */
abstract class WorkContract extends FutureContract {

    @Test
    void theTimeOfWorkMattersNoMoreWhenItHasStarted() throws Exception {
        List<CompletableFuture<?>> timers = new ArrayList<>();
        AsyncSemaphore timed = newMutex(
                MutexOptions.ofDefaults().executor(Telling::deliverHere).alarm((timer, nanos) -> {
                    assertThat(nanos).isEqualTo(LONG.toNanos());
                    timers.add(timer);
                }));
        Permit first = timed.lock();
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> outer = timed.withPermit(LONG, () -> inner);
        CompletableFuture<Permit> next = timed.acquire(LONG);
        first.close();
        timers.get(0).completeExceptionally(new TimeoutException());
        assertThat(next).isNotDone();
        assertThat(outer).isNotDone();
        inner.complete("done");
        assertThat(outer).isCompletedWithValue("done");
        assertThat(timers.get(1)).as("needed no more").isCompleted();
        next.join().close();
        assertThat(timed.available()).isEqualTo(1);
    }

    @Test
    void workHoldsThePermitUntilItsStageIsComplete() throws Exception {
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> outer = async().withPermit(() -> inner);
        CompletableFuture<String> innerToo = new CompletableFuture<>();
        CompletableFuture<String> outerToo = async().withPermit(LONG, () -> innerToo);
        assertThat(mutex.available()).isZero();
        assertThat(mutex.queueLength()).isEqualTo(1);
        assertThat(outerToo).isNotDone();
        inner.complete("done");
        assertThat(outer).isCompletedWithValue("done");
        assertThat(mutex.queueLength()).isZero();
        assertThat(mutex.available()).as("the second has it").isZero();
        outerToo.cancel(true);
        assertThat(mutex.available())
                .as("it has started, so it keeps the permit")
                .isZero();
        innerToo.completeExceptionally(new IllegalStateException("work"));
        assertThat(mutex.available()).isEqualTo(1);
        assertThatThrownBy(outerToo::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void workThatFailsToStartReturnsThePermit() throws Exception {
        for (boolean waits : new boolean[] {false, true}) {
            Permit first = waits ? mutex.lock() : () -> {};
            CompletableFuture<?> throwing = async().withPermit(() -> {
                throw new IllegalArgumentException("at once");
            });
            CompletableFuture<?> empty = async().withPermit(() -> null);
            CompletableFuture<?> failing =
                    async().withPermit(() -> CompletableFuture.failedFuture(new IllegalStateException("later")));
            CompletableFuture<Integer> fine = async().withPermit(() -> CompletableFuture.completedFuture(7));
            first.close();
            assertThatThrownBy(throwing::join).cause().isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(empty::join).cause().isInstanceOf(NullPointerException.class);
            assertThatThrownBy(failing::join).cause().isInstanceOf(IllegalStateException.class);
            assertThat(fine.join()).isEqualTo(7);
            assertThat(mutex.available()).isEqualTo(1);
        }
    }

    @Test
    void cancelledWorkNeverStarts() throws Exception {
        AtomicInteger started = new AtomicInteger();
        for (int leaving = 0; leaving < 3; leaving++) {
            Permit first = mutex.lock();
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                futures.add(async().withPermit(() -> CompletableFuture.completedFuture(started.incrementAndGet())));
            }
            assertThat(futures.get(leaving).cancel(false)).isTrue();
            assertThat(mutex.queueLength()).isEqualTo(2);
            first.close();
            assertThat(futures).allMatch(CompletableFuture::isDone);
            assertThat(started.getAndSet(0)).isEqualTo(2);
            assertThat(mutex.available()).isEqualTo(1);
        }
    }

    @Test
    void aFunctionIsCalledUnderThePermit() throws Exception {
        assertThat(async().<Integer>call(mutex::available)).isZero();
        assertThat(async().<Integer>call(LONG, mutex::available)).isZero();
        assertThatThrownBy(() -> async().call(() -> {
                    throw new java.io.IOException("work");
                }))
                .isInstanceOf(java.io.IOException.class);
        Permit first = mutex.lock();
        Thread waiter =
                queued(() -> assertThat(async().<Integer>call(mutex::available)).isZero());
        first.close();
        waiter.join();
        assertThat(mutex.available()).isEqualTo(1);
    }

    @Test
    void closingFailsEveryWaiterAndLeavesHoldersAlone() throws Exception {
        Permit first = mutex.lock();
        CompletableFuture<Permit> future = async().acquire();
        CompletableFuture<Integer> work = async().withPermit(() -> CompletableFuture.completedFuture(1));
        CompletableFuture<Throwable> error = new CompletableFuture<>();
        Thread waiter = queued(() -> {
            try {
                mutex.lock();
            } catch (IllegalStateException e) {
                error.complete(e);
            }
        });
        CompletableFuture<Permit> cancelled = async().acquire();
        cancelled.cancel(true);
        async().close();
        async().close();
        waiter.join();
        assertThat(error.get(30, TimeUnit.SECONDS)).hasMessageContaining("closed");
        assertThatThrownBy(future::join)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(work::join).cause().isInstanceOf(IllegalStateException.class);
        assertThat(cancelled).isCancelled();
        assertThat(async().isClosed()).isTrue();
        assertThat(mutex.queueLength()).isZero();
        assertThat(mutex.available()).isZero();
        first.close();
        first.close();
        assertThat(mutex.available()).isZero();
        assertThatThrownBy(mutex::tryAcquire).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(mutex::lock).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> mutex.lock(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> async().acquire().join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> async().acquire(Duration.ZERO).join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> async().call(() -> 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> async().withPermit(() -> work).join()).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void nobodyGetsInAfterTheCloseOfALineThatNobodyWaitsIn() throws Exception {
        AsyncSemaphore free = newMutex(MutexOptions.ofDefaults());
        free.close();
        isClosed(free);
        AsyncSemaphore held = newMutex(MutexOptions.ofDefaults());
        Permit permit = held.lock();
        held.close();
        isClosed(held);
        permit.close();
        isClosed(held);
    }

    private static void isClosed(AsyncSemaphore line) {
        assertThat(line.available()).isZero();
        assertThatThrownBy(line::tryAcquire).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(line::lock).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> line.call(() -> 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> line.acquire().join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> line.withPermit(() -> CompletableFuture.completedFuture(1))
                        .join())
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFullLineRefusesAndSaysWhy() throws Exception {
        AsyncSemaphore bounded = newMutex(MutexOptions.ofDefaults().maxWaiters(2));
        Permit first = bounded.lock();
        CompletableFuture<Permit> second = bounded.acquire();
        CompletableFuture<Permit> third = bounded.acquire();
        assertThatThrownBy(bounded::lock)
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("maxWaiters is 2");
        assertThatThrownBy(() -> bounded.acquire().join()).hasCauseInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> bounded.withPermit(() -> second).join())
                .hasCauseInstanceOf(RejectedExecutionException.class);
        assertThat(bounded.queueLength()).isEqualTo(2);
        second.cancel(true);
        CompletableFuture<Permit> fourth = bounded.acquire();
        first.close();
        third.join().close();
        fourth.join().close();
        assertThat(bounded.available()).isEqualTo(1);
        AsyncSemaphore never = newMutex(MutexOptions.ofDefaults().maxWaiters(0));
        Permit only = never.lock();
        assertThatThrownBy(never::lock).isInstanceOf(RejectedExecutionException.class);
        only.close();
        never.lock().close();
        assertThatThrownBy(() -> MutexOptions.ofDefaults().maxWaiters(-1)).hasMessageContaining("was -1");
    }
}
