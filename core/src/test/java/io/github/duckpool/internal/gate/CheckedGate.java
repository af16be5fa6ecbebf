package io.github.duckpool.internal.gate;

import io.github.duckpool.CheckerPatience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jspecify.annotations.Nullable;

/** A gate for a model checker: its sessions know who uses them, and after each scenario every slot must be at rest. */
public abstract class CheckedGate {
    static final long LONG = Long.MAX_VALUE / 4;

    private final AtomicLong clock = new AtomicLong();
    final BorrowGate<Session> gate;

    /** What a slot holds. */
    static final class Session {
        private final AtomicReference<@Nullable Object> owner = new AtomicReference<>();
    }

    /** What {@code failWaiters} gives. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The clock moves on by one whenever it is read. */
    CheckedGate(int size, long overtakingNanos) {
        gate = new BorrowGate<>(size, overtakingNanos, clock::getAndIncrement);
    }

    /** Borrows and says how that went, for there is one failure that a scenario brings about. */
    final @Nullable Slot<Session> borrow() throws Exception {
        try {
            return gate.borrow(LONG);
        } catch (ExecutionException refused) {
            check(refused.getCause() instanceof Refused, "only what failWaiters gave");
            return null;
        }
    }

    final int hold(Slot<Session> slot) {
        int stamp = slot.stamp();
        if (slot.session() == null) {
            slot.install(new Session());
        }
        enterAndLeave(slot);
        check(slot.isLent(stamp), "the borrow is the current one");
        return stamp;
    }

    final void enterAndLeave(Slot<Session> slot) {
        Session session = slot.session();
        if (session == null) {
            throw new IllegalStateException("a slot at rest has no session");
        }
        Object me = new Object();
        check(session.owner.compareAndSet(null, me), "one owner");
        check(session.owner.compareAndSet(me, null), "one owner");
    }

    /** How a model checker runs three threads with two operations each; its own patience is too short for a busy machine. */
    static ModelCheckingOptions model(int iterations, int invocations) {
        return new ModelCheckingOptions()
                .iterations(iterations)
                .invocationsPerIteration(invocations)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .invocationTimeout$lincheck(CheckerPatience.MILLIS);
    }

    /** A thread for each operation, each of which it does once. */
    static ExecutionScenario scenario(Class<? extends CheckedGate> operations, String... names) {
        List<List<Actor>> threads = new ArrayList<>();
        for (String name : names) {
            try {
                threads.add(List.of(new Actor(operations.getMethod(name), List.of())));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
        return new ExecutionScenario(List.of(), threads, List.of(), null);
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not so: " + what);
        }
    }

    /** Returns what the operations were granted and left out. */
    void returnWhatIsOut() {}

    @Validate
    public void allIsAtRest() {
        returnWhatIsOut();
        // In plain words: an assertion library would be model-checked too.
        check(gate.waiting() == 0, "nobody waits");
        check(gate.lent() == 0, "nothing is lent");
        int claimed = 0;
        while (gate.claimIdle(session -> true) != null || gate.claimEmpty() != null) {
            claimed++;
        }
        check(claimed == gate.size(), "all slots are at rest");
    }
}
