package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The gate's races, schedule by schedule. Every operation is a whole borrow with its return, so every one must come back: a
 * lost wakeup leaves all threads parked, which the model checker reports as a deadlock. Each checks within that nobody else holds its slot, and
 * after each scenario every slot must be at rest and the line empty. Futures are left to the other tests: their time-outs
 * bring in a thread of the JDK that the model checker doesn't schedule.
 *
 * <p>The depth is set by the system properties {@code lincheck.iterations} and {@code lincheck.invocations}.
 */
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
                operations,
                new ModelCheckingOptions()
                        .iterations(iterations)
                        .invocationsPerIteration(invocations)
                        .threads(3)
                        .actorsPerThread(2)
                        .actorsBefore(0)
                        .actorsAfter(0)
                        .sequentialSpecification(Sequential.class));
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
    }

    /** The operations on a gate of a size; the sessions know who uses them. */
    public abstract static class Operations {
        private static final long LONG = Long.MAX_VALUE / 4;

        private final AtomicLong clock = new AtomicLong();
        private final BorrowGate<Session> gate;
        private final AtomicInteger suspenders = new AtomicInteger();

        private static final class Session {
            private final AtomicReference<@Nullable Object> owner = new AtomicReference<>();
        }

        Operations(int size, long overtakingNanos) {
            gate = new BorrowGate<>(size, overtakingNanos, clock::getAndIncrement);
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

        /** Borrows and says how that went, for there is one failure that a scenario brings about. */
        private @Nullable Slot<Session> borrow() throws Exception {
            try {
                return gate.borrow(LONG);
            } catch (ExecutionException refused) {
                check(refused.getCause() instanceof Refused, "only what failWaiters gave");
                return null;
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

        private int hold(Slot<Session> slot) {
            int stamp = slot.stamp();
            if (slot.session() == null) {
                slot.install(new Session());
            }
            enterAndLeave(slot);
            check(slot.isLent(stamp), "the borrow is the current one");
            return stamp;
        }

        private void enterAndLeave(Slot<Session> slot) {
            Session session = slot.session();
            if (session == null) {
                throw new IllegalStateException("a slot at rest has no session");
            }
            Object me = new Object();
            check(session.owner.compareAndSet(null, me), "one owner");
            check(session.owner.compareAndSet(me, null), "one owner");
        }

        private static void check(boolean holds, String what) {
            if (!holds) {
                throw new IllegalStateException("not so: " + what);
            }
        }

        @Validate
        public void allIsAtRest() {
            assertThat(gate.waiting()).isZero();
            assertThat(gate.lent()).isZero();
            int claimed = 0;
            while (gate.claimIdle(session -> true) != null || gate.claimEmpty() != null) {
                claimed++;
            }
            assertThat(claimed).isEqualTo(gate.size());
        }
    }

    /** What {@code failWaiters} gives. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
