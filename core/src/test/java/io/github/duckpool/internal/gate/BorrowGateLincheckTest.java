package io.github.duckpool.internal.gate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * The gate's races, schedule by schedule. Every operation is a whole borrow with its return, so every one must come back: a
 * lost wakeup leaves all threads parked, which the model checker reports as a deadlock. Each checks within that nobody else holds its slot, and
 * after each scenario every slot must be at rest and the line empty. Futures have a test of their own.
 *
 * <p>The depth is set by the system properties {@code lincheck.iterations} and {@code lincheck.invocations}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class BorrowGateLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 2);
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 30);

    /** Three threads on one slot, with waiters that are overtaken as long as they are young, which here is for ever. */
    public static class Young extends Operations {
        public Young() {
            super(1, Long.MAX_VALUE);
        }
    }

    /** Waiters that are overtaken until the clock has moved on: it does so by one whenever it is read. */
    public static class Ageing extends Operations {
        public Ageing() {
            super(1, 3);
        }
    }

    /** Strict order of arrival. */
    public static class Strict extends Operations {
        public Strict() {
            super(1, 0);
        }
    }

    /** Two slots, so that a slot may come back beside one that rests. */
    public static class TwoSlots extends Operations {
        public TwoSlots() {
            super(2, 3);
        }
    }

    @Test
    void youngWaiters() {
        check(Young.class, ITERATIONS, INVOCATIONS);
    }

    @Test
    void strictOrder() {
        check(Strict.class, ITERATIONS, INVOCATIONS);
    }

    /** A borrow in the middle of which the gate is suspended, by an owner who then counts on empty slots. */
    @Test
    void aGateThatHasDrainedLendsNothing() {
        LinChecker.check(
                Draining.class,
                CheckedGate.model(0, 10 * INVOCATIONS)
                        .addCustomScenario(CheckedGate.scenario(Draining.class, "tryUse", "drain"))
                        .addCustomScenario(CheckedGate.scenario(Draining.class, "fillAhead", "drain"))
                        .sequentialSpecification(Sequential.class));
    }

    /** One slot, and an owner who works on the database while the gate is suspended and nothing is lent. */
    public static class Draining extends CheckedGate {
        private volatile boolean drained;

        public Draining() {
            super(1, 0);
        }

        @Operation
        public void tryUse() {
            Slot<Session> slot = gate.tryBorrow();
            if (slot != null) {
                check(!drained, "a drained gate lends nothing");
                check(gate.giveBack(slot, hold(slot)), "the return");
            }
        }

        /** Housekeeping: makes a session before anyone asks for it. */
        @Operation
        public void fillAhead() {
            Slot<Session> slot = gate.claimEmpty();
            if (slot != null) {
                check(!drained, "a drained gate lets nobody fill a slot");
                gate.vacate(slot);
            }
        }

        @Operation
        public void drain() {
            CompletableFuture<?> empty = gate.suspend().toCompletableFuture();
            Slot<Session> idle = gate.claimIdle(session -> true);
            if (idle != null) {
                gate.vacate(idle);
            }
            if (empty.isDone()) {
                drained = true;
                drained = false;
            }
            gate.resume();
        }
    }

    @Tag("torture")
    @Test
    void allForLong() {
        check(Young.class, 5, 50);
        check(Ageing.class, 5, 50);
        check(Strict.class, 5, 50);
        check(TwoSlots.class, 5, 50);
    }

    private static void check(Class<? extends Operations> operations, int iterations, int invocations) {
        LinChecker.check(
                operations, CheckedGate.model(iterations, invocations).sequentialSpecification(Sequential.class));
    }

    /** What the operations return, whatever the order: nothing. What they may not do is asserted inside them. */
    public static class Sequential {
        public void use() {}

        public void useAndEmpty() {}

        public void share() {}

        public void closeTwice() {}

        public void giveUp() {}

        public void suspend() {}

        public void claimIdle() {}

        public void failWaiters() {}

        public void tryUse() {}

        public void fillAhead() {}

        public void drain() {}
    }

    /** The operations on a gate of a size; the sessions know who uses them. */
    public abstract static class Operations extends CheckedGate {
        private final AtomicInteger suspenders = new AtomicInteger();

        Operations(int size, long overtakingNanos) {
            super(size, overtakingNanos);
        }

        @Operation
        public void use() throws Exception {
            Slot<Session> slot = borrow();
            if (slot != null) {
                int stamp = hold(slot);
                check(gate.giveBack(slot, stamp), "the return");
            }
        }

        @Operation
        public void useAndEmpty() throws Exception {
            Slot<Session> slot = borrow();
            if (slot != null) {
                check(gate.claim(slot, hold(slot)), "the claim");
                gate.vacate(slot);
            }
        }

        @Operation
        public void share() throws Exception {
            Slot<Session> slot = borrow();
            if (slot != null) {
                int stamp = hold(slot);
                check(gate.share(slot, stamp), "sharing");
                check(!gate.giveBack(slot, stamp), "no return of what is shared");
                check(gate.claim(slot, stamp), "the claim");
                gate.recycle(slot);
            }
        }

        @Operation
        public void closeTwice() throws Exception {
            Slot<Session> slot = borrow();
            if (slot != null) {
                int stamp = hold(slot);
                check(gate.giveBack(slot, stamp), "the return");
                check(!gate.giveBack(slot, stamp), "no second return");
                check(!gate.claim(slot, stamp), "no claim after the return");
            }
        }

        @Operation
        public void giveUp() throws Exception {
            try {
                // Over at the first look at the clock.
                Slot<Session> slot = gate.borrow(1);
                check(gate.giveBack(slot, hold(slot)), "the return");
            } catch (TimeoutException e) {
                // as it may
            } catch (ExecutionException refused) {
                check(refused.getCause() instanceof Refused, "only what failWaiters gave");
            }
        }

        @Operation
        public void suspend() {
            if (suspenders.getAndIncrement() > 0) {
                return; // one at a time, as the lease does
            }
            gate.suspend();
            gate.resume();
            suspenders.set(0);
        }

        @Operation
        public void claimIdle() {
            Slot<Session> slot = gate.claimIdle(session -> true);
            if (slot != null) {
                enterAndLeave(slot);
                gate.vacate(slot);
            }
        }

        @Operation
        public void failWaiters() {
            gate.failWaiters(Refused::new);
        }
    }
}
