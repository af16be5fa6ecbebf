package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * The races of the line, schedule by schedule, and under load. Every operation is a whole hold from the request to the return, or a request that is
 * given up, so every one must come back: a lost wakeup or a lost permit leaves threads parked, which the model checker reports
 * as a deadlock. Each checks within that no more hold a permit than there are, and after each scenario all must be free and the line
 * empty. Three threads make the queue up to two long, so a request gives up at each place in it.
 *
 * <p>A time-out is what the timer does when the time is over, for the model checker's clock stands still.
 *
 * <p>The depth is set by the system properties {@code lincheck.iterations} and {@code lincheck.invocations}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class MutexLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 2);
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 30);

    /** One permit. */
    public static class One extends Operations {
        public One() {
            super(1);
        }
    }

    /** Two, so that a permit comes back beside one that is held. */
    public static class Two extends Operations {
        public Two() {
            super(2);
        }
    }

    /** One, and somebody closes the line. */
    public static class Closing extends Operations {
        public Closing() {
            super(1);
        }

        @Operation
        public void shut() {
            shut = true;
            semaphore.close();
        }
    }

    /** One, and requests whose time the JDK's timer measures. It is no thread of the model checker's, so this is for stress alone. */
    public static class InTime extends Operations {
        public InTime() {
            super(1);
        }

        @Operation
        public void acquireInTime() {
            use(semaphore.acquire(Duration.ofDays(1)));
        }

        @Operation
        public void acquireAtMost() {
            use(semaphore.acquire(Duration.ofNanos(1)));
        }

        @Operation
        public void workAtMost() {
            finish(semaphore.withPermit(Duration.ofNanos(1), this::doWork));
        }
    }

    /** Lines of one key that come and go; {@link KeyLineLincheckTest} has the race at the end of one. */
    public static class Keyed {
        private final KeyedMutex<String> keyed = new KeyedMutex<>();
        private final Inside inside = new Inside(1);

        @Operation
        public void lock() throws Exception {
            inside.use(keyed.lock("a"));
        }

        @Operation
        public void tryAcquire() {
            inside.use(keyed.tryAcquire("a"));
        }

        @Operation
        public void cancel() {
            CompletableFuture<Permit> future = keyed.acquire("a");
            if (!future.cancel(false)) {
                inside.use(future.join());
            }
        }

        @Operation
        public void work() {
            keyed.withPermit("a", () -> {
                inside.enterAndLeave();
                return CompletableFuture.completedFuture(null);
            });
        }

        @Validate
        public void nothingIsLeft() {
            Inside.check(keyed.size() == 0, "no entry is left");
        }
    }

    @Test
    void onePermit() {
        model(One.class, ITERATIONS, INVOCATIONS);
    }

    @Test
    void twoPermits() {
        model(Two.class, ITERATIONS, INVOCATIONS);
    }

    @Test
    void closing() {
        model(Closing.class, ITERATIONS, INVOCATIONS);
    }

    @Test
    void underLoad() {
        stress(One.class, 3, 200);
        stress(Closing.class, 3, 200);
        stress(InTime.class, 3, 200);
        stress(Keyed.class, 3, 200);
    }

    @Tag("torture")
    @Test
    void allForLong() {
        for (Class<?> operations : new Class<?>[] {One.class, Two.class, Closing.class, Keyed.class}) {
            model(operations, 5, 100);
            stress(operations, 5, 1_000);
        }
        stress(InTime.class, 5, 1_000);
    }

    private static void model(Class<?> operations, int iterations, int invocations) {
        LinChecker.check(
                operations,
                new ModelCheckingOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .iterations(iterations)
                        .invocationsPerIteration(invocations)
                        .threads(3)
                        .actorsPerThread(2)
                        .actorsBefore(0)
                        .actorsAfter(0)
                        .sequentialSpecification(Sequential.class));
    }

    private static void stress(Class<?> operations, int iterations, int invocations) {
        LinChecker.check(
                operations,
                new StressOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .iterations(iterations)
                        .invocationsPerIteration(invocations)
                        .threads(3)
                        .actorsPerThread(3)
                        .actorsBefore(0)
                        .actorsAfter(0)
                        .sequentialSpecification(Sequential.class));
    }

    /** What the operations return, whatever the order: nothing. What they may not do is asserted inside them. */
    public static class Sequential {
        public void lock() {}

        public void lockInTime() {}

        public void acquireInTime() {}

        public void acquireAtMost() {}

        public void workAtMost() {}

        public void tryAcquire() {}

        public void call() {}

        public void await() {}

        public void cancel() {}

        public void expire() {}

        public void complete() {}

        public void work() {}

        public void cancelWork() {}

        public void expireWork() {}

        public void closeTwice() {}

        public void closeForeign() {}

        public void shut() {}
    }

    /** Who is inside at once. */
    private static final class Inside {
        private final int most;
        private final AtomicInteger now = new AtomicInteger();

        Inside(int most) {
            this.most = most;
        }

        void enterAndLeave() {
            check(now.incrementAndGet() <= most, "no more are inside than there are permits");
            now.decrementAndGet();
        }

        void use(@Nullable Permit permit) {
            if (permit != null) {
                enterAndLeave();
                permit.close();
            }
        }

        static void check(boolean holds, String what) {
            if (!holds) {
                throw new AssertionError("not so: " + what);
            }
        }
    }

    /** The operations on a number of permits. */
    public abstract static class Operations {
        final AsyncSemaphore semaphore;
        private final int permits;
        private final Inside inside;
        private final AtomicReference<@Nullable Permit> shared = new AtomicReference<>();
        volatile boolean shut;

        Operations(int permits) {
            this.permits = permits;
            this.inside = new Inside(permits);
            this.semaphore = permits == 1 ? new AsyncMutex() : new AsyncSemaphore(permits);
        }

        @Operation
        public void lock() throws Exception {
            try {
                inside.use(semaphore.lock());
            } catch (IllegalStateException e) {
                refused(e);
            }
        }

        @Operation
        public void lockInTime() throws Exception {
            try {
                inside.use(semaphore.lock(Duration.ofNanos(1)));
            } catch (TimeoutException e) {
                // as it may
            } catch (IllegalStateException e) {
                refused(e);
            }
        }

        @Operation
        public void tryAcquire() {
            try {
                inside.use(semaphore.tryAcquire());
            } catch (IllegalStateException e) {
                refused(e);
            }
        }

        @Operation
        public void call() throws Exception {
            try {
                semaphore.<@Nullable Object>call(() -> {
                    inside.enterAndLeave();
                    return null;
                });
            } catch (IllegalStateException e) {
                refused(e);
            }
        }

        /** A thread that waits for a future. */
        @Operation
        public void await() {
            use(semaphore.acquire());
        }

        @Operation
        public void cancel() {
            CompletableFuture<Permit> future = semaphore.acquire();
            if (!future.cancel(false)) {
                use(future);
            }
        }

        @Operation
        public void complete() {
            CompletableFuture<Permit> future = semaphore.acquire();
            if (!future.complete(() -> {})) {
                use(future);
            }
        }

        @Operation
        public void expire() {
            CompletableFuture<Permit> future = semaphore.acquire();
            if (future instanceof Ticket<?> ticket) {
                ticket.expire(new TimeoutException());
            }
            use(future);
        }

        @Operation
        public void work() {
            finish(request());
        }

        @Operation
        public void cancelWork() {
            request().cancel(false);
        }

        @Operation
        public void expireWork() {
            CompletableFuture<@Nullable Object> future = request();
            if (future instanceof Ticket<?> ticket) {
                ticket.expire(new TimeoutException());
            }
            finish(future);
        }

        @Operation
        public void closeTwice() throws Exception {
            try {
                Permit permit = semaphore.lock();
                inside.use(permit);
                permit.close();
            } catch (IllegalStateException e) {
                refused(e);
            }
        }

        /** Two threads close one permit at once. */
        @Operation
        public void closeForeign() throws Exception {
            Permit other = shared.get();
            if (other != null) {
                other.close();
                return;
            }
            try {
                Permit permit = semaphore.lock();
                inside.enterAndLeave();
                shared.set(permit);
                permit.close();
            } catch (IllegalStateException e) {
                refused(e);
            }
        }

        private CompletableFuture<@Nullable Object> request() {
            return semaphore.withPermit(this::doWork);
        }

        final CompletableFuture<@Nullable Object> doWork() {
            inside.enterAndLeave();
            return CompletableFuture.completedFuture(null);
        }

        final void use(CompletableFuture<Permit> future) {
            try {
                inside.use(future.join());
            } catch (CompletionException e) {
                refused(e.getCause());
            }
        }

        final void finish(CompletableFuture<?> future) {
            try {
                future.join();
            } catch (CompletionException e) {
                refused(e.getCause());
            }
        }

        private void refused(@Nullable Throwable error) {
            Inside.check(
                    error instanceof TimeoutException || shut && error instanceof IllegalStateException,
                    "only a time that is over or a closed line fails a request: " + error);
        }

        @Validate
        public void allIsAtRest() {
            Inside.check(semaphore.queueLength() == 0, "nobody is in line: " + semaphore);
            Inside.check(semaphore.available() == (shut ? 0 : permits), "all permits are there: " + semaphore);
        }
    }
}
