package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What our own mutexes do for futures, beyond the contract of threads. */
abstract class FutureContract extends MutexContract {
    abstract AsyncSemaphore newMutex(MutexOptions options);

    final AsyncSemaphore async() {
        return ((Adapter) mutex).semaphore;
    }

    @Override
    final Subject newSubject() {
        return new Adapter(newMutex(MutexOptions.ofDefaults()));
    }

    @Test
    void futuresAndThreadsWaitInOneLine() throws Exception {
        Permit first = mutex.lock();
        List<String> order = new ArrayList<>();
        CompletableFuture<?> a = async().acquire().thenAccept(permit -> {
            order.add("a");
            permit.close();
        });
        Thread b = queued(() -> {
            try (Permit permit = mutex.lock()) {
                order.add("b");
            }
        });
        CompletableFuture<?> c = async().withPermit(() -> {
            order.add("c");
            return CompletableFuture.completedFuture(null);
        });
        CompletableFuture<Permit> d = async().acquire(LONG);
        assertThat(mutex.queueLength()).isEqualTo(4);
        first.close();
        d.get(30, TimeUnit.SECONDS).close();
        b.join();
        a.join();
        c.join();
        assertThat(order).containsExactly("a", "b", "c");
        assertThat(mutex.available()).isEqualTo(1);
        assertThat(mutex.queueLength()).isZero();
    }

    @Test
    void whateverCompletesAFutureFromOutsideTakesItOutOfLineAtAnyPlace() throws Exception {
        Permit none = () -> {};
        List<Consumer<CompletableFuture<Permit>>> ways = List.of(
                future -> assertThat(future.cancel(true)).isTrue(),
                future -> assertThat(future.complete(none)).isTrue(),
                future -> assertThat(future.completeExceptionally(new IllegalStateException("outside")))
                        .isTrue(),
                future -> future.completeAsync(() -> none, Runnable::run),
                future ->
                        future.completeOnTimeout(none, 1, TimeUnit.MILLISECONDS).join(),
                future -> assertThatThrownBy(
                                () -> future.orTimeout(1, TimeUnit.MILLISECONDS).join())
                        .hasCauseInstanceOf(TimeoutException.class));
        for (Consumer<CompletableFuture<Permit>> way : ways) {
            for (int leaving = 0; leaving < 3; leaving++) {
                Permit first = mutex.lock();
                List<CompletableFuture<Permit>> futures =
                        List.of(async().acquire(), async().acquire(LONG), async().acquire());
                assertThat(mutex.queueLength()).isEqualTo(3);
                way.accept(futures.get(leaving));
                assertThat(mutex.queueLength()).isEqualTo(2);
                List<CompletableFuture<Permit>> others = new ArrayList<>(futures);
                others.remove(leaving);
                assertThat(others).noneMatch(CompletableFuture::isDone);
                first.close();
                assertThat(others.get(0)).isCompleted();
                assertThat(others.get(1)).isNotDone();
                others.get(0).join().close();
                others.get(1).join().close();
                assertThat(mutex.available()).isEqualTo(1);
                assertThat(mutex.queueLength()).isZero();
            }
        }
    }

    @Test
    void theOutcomeOfAFutureCannotBeReplaced() throws Exception {
        Permit first = mutex.lock();
        CompletableFuture<Permit> future = async().acquire();
        assertThatThrownBy(() -> future.obtrudeValue(() -> {})).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> future.obtrudeException(new IllegalStateException()))
                .isInstanceOf(UnsupportedOperationException.class);
        ((Permit) future).close();
        assertThat(mutex.available()).as("a request is no permit yet").isZero();
        assertThat(mutex.queueLength()).isEqualTo(1);
        first.close();
        assertThat(future).isCompleted();
        future.join().close();
        assertThat(future.complete(() -> {})).isFalse();
        assertThat(future.cancel(true)).isFalse();
        assertThat(mutex.available()).isEqualTo(1);
    }

    @Test
    void aFutureIsLateAndLeaves() throws Exception {
        Permit first = mutex.lock();
        assertThat(async().acquire(Duration.ZERO)).isCompletedExceptionally();
        CompletableFuture<Permit> future = async().acquire(Duration.ofMillis(5));
        assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("PT0.005S");
        AtomicInteger started = new AtomicInteger();
        CompletableFuture<Integer> work = async().withPermit(
                        Duration.ofMillis(5), () -> CompletableFuture.completedFuture(started.incrementAndGet()));
        assertThatThrownBy(() -> work.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        assertThat(async().withPermit(Duration.ZERO, () -> work)).isCompletedExceptionally();
        assertThatThrownBy(() -> async().call(Duration.ofMillis(5), started::incrementAndGet))
                .isInstanceOf(TimeoutException.class);
        assertThat(started).hasValue(0);
        assertThat(mutex.queueLength()).isZero();
        first.close();
        assertThat(mutex.available()).isEqualTo(1);
    }

    /** What is to be told next is what the continuation waits for, itself or by what hangs on it. */
    @Test
    void aContinuationMayWaitForWhoComesAfterIt() throws Exception {
        for (int way = 0; way < 7; way++) {
            int kind = way;
            Permit first = async().lock();
            CompletableFuture<Permit> one = async().acquire();
            CompletableFuture<Permit> two = async().acquire();
            CompletableFuture<Void> told = one.thenAccept(permit -> {
                permit.close();
                try {
                    Permit other =
                            switch (kind) {
                                case 0 -> two.join();
                                case 1 -> two.get();
                                case 2 -> two.get(1, TimeUnit.DAYS);
                                case 3 -> two.thenApply(mine -> mine).join();
                                case 4 ->
                                    two.copy().handle((mine, error) -> mine).get();
                                case 5 ->
                                    two.thenCompose(mine -> CompletableFuture.supplyAsync(() -> mine))
                                            .join();
                                default -> {
                                    CompletableFuture<Void> passedOn = two.thenAccept(Permit::close);
                                    Permit mine = async().lock();
                                    passedOn.join();
                                    yield mine;
                                }
                            };
                    other.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread closer = new Thread(first::close);
            closer.setDaemon(true);
            closer.start();
            told.get(30, TimeUnit.SECONDS);
            closer.join();
            assertThat(async().available()).isEqualTo(1);
        }
    }

    @Test
    void continuationsRunOnTheGivenExecutorAndASaturatedOneLosesNothing() throws Exception {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        boolean[] refuses = new boolean[1];
        AsyncSemaphore given = newMutex(MutexOptions.ofDefaults().executor(task -> {
            if (refuses[0]) {
                throw new RejectedExecutionException("full");
            }
            tasks.add(task);
        }));
        Permit first = given.lock();
        CompletableFuture<Permit> second = given.acquire();
        CompletableFuture<Integer> work = given.withPermit(() -> CompletableFuture.completedFuture(1));
        first.close();
        assertThat(second).isNotDone();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(second).isCompleted();
        refuses[0] = true;
        second.join().close();
        assertThat(work).isCompletedWithValue(1);
        assertThat(given.available()).isEqualTo(1);
    }

    @Test
    void aRequestOnItsWayCanStillBeCancelled() throws Exception {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        AsyncSemaphore given = newMutex(MutexOptions.ofDefaults().executor(tasks::add));
        Permit first = given.lock();
        CompletableFuture<Permit> second = given.acquire();
        CompletableFuture<Integer> work = given.withPermit(() -> CompletableFuture.completedFuture(1));
        first.close();
        second.cancel(true);
        assertThat(given.queueLength()).isEqualTo(1);
        tasks.remove().run();
        work.cancel(true);
        assertThat(given.queueLength()).isZero();
        tasks.remove().run();
        assertThat(tasks).isEmpty();
        assertThat(given.available()).isEqualTo(1);
        assertThat(given.queueLength()).isZero();
    }

    /** The line is never empty while the holder returns his permit: each continuation asks again before it returns its own. */
    @Test
    void whoeverReturnsAPermitComesBackHoweverManyOthersAskAgain() throws Exception {
        AtomicBoolean isBack = new AtomicBoolean();
        CompletableFuture<Integer> end = new CompletableFuture<>();
        Permit first = async().lock();
        askAgain(0, isBack, end);
        first.close();
        isBack.set(true);
        assertThat(end.get(30, TimeUnit.SECONDS)).isPositive();
    }

    private void askAgain(int times, AtomicBoolean isBack, CompletableFuture<Integer> end) {
        async().acquire().thenAccept(permit -> {
            if (isBack.get()) {
                permit.close();
                end.complete(times);
            } else {
                askAgain(times + 1, isBack, end);
                permit.close();
            }
        });
    }

    private record Adapter(AsyncSemaphore semaphore) implements Subject {
        @Override
        public Permit lock() throws InterruptedException {
            return semaphore.lock();
        }

        @Override
        public Permit lock(Duration timeout) throws InterruptedException, TimeoutException {
            return semaphore.lock(timeout);
        }

        @Override
        public Permit tryAcquire() {
            return semaphore.tryAcquire();
        }

        @Override
        public int queueLength() {
            return semaphore.queueLength();
        }

        @Override
        public int available() {
            return semaphore.available();
        }
    }
}
