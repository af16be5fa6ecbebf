package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.Options;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
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

    /** Lines that come and go; {@link KeyLineLincheckTest} has the race at the end of one. */
    @Test
    void aKey() {
        model(KeyedOperations.Closing.class, 1, INVOCATIONS);
    }

    /** In the moment in which its permit comes, another gives up, or the line is closed. */
    @Test
    void aThreadThatIsInterruptedInLine() throws Exception {
        for (List<String> threads : List.of(List.of("await", "interrupted"), List.of("interrupted", "shut"))) {
            check(
                    Closing.class,
                    threads,
                    new ModelCheckingOptions()
                            .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                            .invocationsPerIteration(INVOCATIONS));
        }
    }

    /** By another, while it may be parked, as the first in line and behind others: the model checker knows no interrupts, so this is for stress alone. */
    @Test
    void aThreadThatAnotherInterrupts() throws Exception {
        for (Class<?> operations : List.of(Closing.class, KeyedOperations.Closing.class)) {
            for (List<String> threads : List.of(
                    List.of("hold", "lockUnlessInterrupted", "interruptAnother"),
                    List.of("hold", "await", "lockUnlessInterrupted", "interruptAnother"),
                    List.of("hold", "cancel", "lockUnlessInterrupted", "interruptAnother", "shut"))) {
                check(
                        operations,
                        threads,
                        new StressOptions()
                                .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                                .invocationsPerIteration(20 * INVOCATIONS));
            }
        }
    }

    private static void check(Class<?> operations, List<String> threads, Options<?, ?> options)
            throws NoSuchMethodException {
        options.iterations(0);
        options.sequentialSpecification(MutexOperations.Sequential.class);
        options.addCustomScenario(scenario(operations, threads));
        LinChecker.check(operations, options);
    }

    /** A thread for each operation. */
    private static ExecutionScenario scenario(Class<?> operations, List<String> names) throws NoSuchMethodException {
        List<List<Actor>> threads = new ArrayList<>();
        for (String name : names) {
            threads.add(List.of(new Actor(operations.getMethod(name), List.of())));
        }
        return new ExecutionScenario(List.of(), threads, List.of(), null);
    }

    @Test
    void underLoad() {
        stress(One.class, 3, 200);
        stress(Closing.class, 3, 200);
        stress(InTime.class, 3, 200);
        stress(KeyedOperations.Keyed.class, 3, 200);
        stress(KeyedOperations.Closing.class, 3, 200);
        stress(KeyedOperations.InTime.class, 3, 200);
    }

    @Tag("torture")
    @Test
    void allForLong() {
        for (Class<?> operations : new Class<?>[] {
            One.class, Two.class, Closing.class, KeyedOperations.Keyed.class, KeyedOperations.Closing.class
        }) {
            model(operations, 5, 100);
            stress(operations, 5, 1_000);
        }
        stress(InTime.class, 5, 1_000);
        stress(KeyedOperations.InTime.class, 5, 1_000);
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
