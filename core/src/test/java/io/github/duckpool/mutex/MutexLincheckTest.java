package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
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
    public static class One extends MutexOperations {
        public One() {
            super(1);
        }
    }

    /** Two, so that a permit comes back beside one that is held. */
    public static class Two extends MutexOperations {
        public Two() {
            super(2);
        }
    }

    /** One, and somebody closes the line. */
    public static class Closing extends MutexOperations {
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
    public static class InTime extends MutexOperations {
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
        public void callAtMost() throws Exception {
            try {
                semaphore.<@Nullable Object>call(Duration.ofNanos(1), () -> {
                    inside.enterAndLeave();
                    return null;
                });
            } catch (TimeoutException e) {
                // as it may
            }
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

        /** What the timer does when the time is over. */
        @Operation
        public void expire() {
            CompletableFuture<Permit> future = keyed.acquire("a");
            if (future instanceof Ticket<?> ticket) {
                ticket.expire(new TimeoutException());
            }
            if (!future.isCompletedExceptionally()) {
                inside.use(future.join());
            }
        }

        @Operation
        public void call() throws Exception {
            keyed.<@Nullable Object>call("a", () -> {
                inside.enterAndLeave();
                return null;
            });
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
                        .sequentialSpecification(MutexOperations.Sequential.class));
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
                        .sequentialSpecification(MutexOperations.Sequential.class));
    }
}
