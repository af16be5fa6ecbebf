package io.github.duckpool.internal.gate;

import io.github.duckpool.CheckerPatience;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * The races of borrows as futures, schedule by schedule and under load: a slot that is handed over in the moment in which its
 * future is cancelled, runs out of time, or is completed by somebody else. Every operation is a whole borrow with its return, or
 * one that is given up, so every one must come back: a slot that was handed to a dead future leaves threads parked, which the
 * model checker reports as a deadlock, or is missing when the scenario is over.
 *
 * <p>A time-out is what the timer does when the time is over, for the model checker's clock stands still.
 *
 * <p>The depth is set by the system properties {@code lincheck.iterations} and {@code lincheck.invocations}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class BorrowGateFuturesLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 2);
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 40);

    /** Strict order of arrival. */
    public static class Strict extends Operations {
        public Strict() {
            super(1, 0);
        }
    }

    /** Threads in line are overtaken as long as they are young, which here is for ever. */
    public static class Young extends Operations {
        public Young() {
            super(1, Long.MAX_VALUE);
        }
    }

    /** Two slots, so that one comes back beside one that rests. */
    public static class TwoSlots extends Operations {
        public TwoSlots() {
            super(2, 3);
        }
    }

    @Test
    void strictOrder() {
        model(Strict.class, ITERATIONS, INVOCATIONS);
    }

    @Test
    void underLoad() {
        stress(Strict.class, 2, 200);
    }

    /** The slot comes back while those in line give up: the one switch between two threads that loses it is found at once. */
    @Test
    void inTheMiddleOfARace() {
        for (String leave : List.of("cancelFirst", "expireFirst", "completeFirst")) {
            LinChecker.check(
                    Standing.class,
                    CheckedGate.model(0, 3 * INVOCATIONS)
                            .addCustomScenario(CheckedGate.scenario(Standing.class, "giveBack", leave))
                            .addCustomScenario(CheckedGate.scenario(Standing.class, "giveBack", leave, "cancelSecond"))
                            .sequentialSpecification(Sequential.class));
        }
    }

    /** One slot is out, and two futures stand in line for it. */
    public static class Standing extends CheckedGate {
        private final Slot<Session> out;
        private final CompletableFuture<Slot<Session>> first;
        private final CompletableFuture<Slot<Session>> second;

        public Standing() {
            super(1, 0);
            Slot<Session> slot = gate.tryBorrow();
            if (slot == null) {
                throw new IllegalStateException("a new gate lends");
            }
            out = slot;
            hold(slot);
            first = gate.borrowAsync(LONG);
            second = gate.borrowAsync(LONG);
        }

        @Operation
        public void giveBack() {
            check(gate.giveBack(out, out.stamp()), "the return");
        }

        @Operation
        public void cancelFirst() {
            first.cancel(false);
        }

        @Operation
        public void expireFirst() {
            first.completeExceptionally(new TimeoutException());
        }

        @Operation
        public void completeFirst() {
            first.complete(null);
        }

        @Operation
        public void cancelSecond() {
            second.cancel(false);
        }

        /** Who got the slot returns it; who gave up has none; nobody is forgotten. */
        @Override
        void returnWhatIsOut() {
            returnIfGranted(first);
            returnIfGranted(second);
        }

        private void returnIfGranted(CompletableFuture<Slot<Session>> future) {
            check(future.isDone(), "the slot went on to who was left");
            Slot<Session> slot = future.isCompletedExceptionally() ? null : future.join();
            if (slot != null) {
                check(gate.giveBack(slot, hold(slot)), "the return");
            }
        }
    }

    @Tag("torture")
    @Test
    void allForLong() {
        for (Class<?> operations : new Class<?>[] {Strict.class, Young.class, TwoSlots.class}) {
            model(operations, 5, 100);
            stress(operations, 5, 1_000);
        }
    }

    private static void model(Class<?> operations, int iterations, int invocations) {
        LinChecker.check(
                operations, CheckedGate.model(iterations, invocations).sequentialSpecification(Sequential.class));
    }

    private static void stress(Class<?> operations, int iterations, int invocations) {
        LinChecker.check(
                operations,
                new StressOptions()
                        .iterations(iterations)
                        .invocationsPerIteration(invocations)
                        .threads(3)
                        .actorsPerThread(3)
                        .actorsBefore(0)
                        .actorsAfter(0)
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .sequentialSpecification(Sequential.class));
    }

    /** What the operations return, whatever the order: nothing. What they may not do is asserted inside them. */
    public static class Sequential {
        public void use() {}

        public void await() {}

        public void cancel() {}

        public void expire() {}

        public void complete() {}

        public void failWaiters() {}

        public void giveBack() {}

        public void cancelFirst() {}

        public void expireFirst() {}

        public void completeFirst() {}

        public void cancelSecond() {}
    }

    /** The operations on a gate of a size. */
    public abstract static class Operations extends CheckedGate {
        Operations(int size, long overtakingNanos) {
            super(size, overtakingNanos);
        }

        @Operation
        public void use() throws Exception {
            Slot<Session> slot = borrow();
            if (slot != null) {
                check(gate.giveBack(slot, hold(slot)), "the return");
            }
        }

        @Operation
        public void await() {
            use(gate.borrowAsync(LONG));
        }

        @Operation
        public void cancel() {
            CompletableFuture<Slot<Session>> future = gate.borrowAsync(LONG);
            if (!future.cancel(false)) {
                use(future);
            }
        }

        @Operation
        public void expire() {
            CompletableFuture<Slot<Session>> future = gate.borrowAsync(LONG);
            if (!future.completeExceptionally(new TimeoutException())) {
                use(future);
            }
        }

        /** Somebody completes the future with a value of his own. */
        @Operation
        public void complete() {
            CompletableFuture<Slot<Session>> future = gate.borrowAsync(LONG);
            if (!future.complete(null)) {
                use(future);
            }
        }

        @Operation
        public void failWaiters() {
            gate.failWaiters(Refused::new);
        }

        private void use(CompletableFuture<Slot<Session>> future) {
            try {
                Slot<Session> slot = future.join();
                check(gate.giveBack(slot, hold(slot)), "the return");
            } catch (CompletionException refused) {
                check(refused.getCause() instanceof Refused, "only what failWaiters gave");
            }
        }
    }
}
