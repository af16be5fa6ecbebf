package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One who waits for a slot: a parked thread, or a future. Its outcome is written once, by one compare-and-set: a slot, a
 * failure, or that it gave up. So a grant and a time-out can't both win.
 */
final class Borrower<S> {
    private static final Object GAVE_UP = new Object();
    private static final VarHandle OUTCOME;

    static {
        try {
            OUTCOME = MethodHandles.lookup().findVarHandle(Borrower.class, "outcome", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final long sinceNanos;
    final @Nullable CompletableFuture<Slot<S>> future;
    private final @Nullable Thread thread;
    private volatile @Nullable Object outcome;

    /** The next in a chain that one thread owns: those who arrived, or those who are to be told. */
    @Nullable
    Borrower<S> next;

    /** Whether the thread is on its feet and will look at {@link #outcome} before it parks; always false for a future. */
    volatile boolean awake;

    /** Whether a wake is under way to the thread, which will then serve the line itself. */
    volatile boolean nudged;

    Borrower(Thread thread, long sinceNanos) {
        this.thread = thread;
        this.future = null;
        this.sinceNanos = sinceNanos;
        this.awake = true;
    }

    Borrower(CompletableFuture<Slot<S>> future, long sinceNanos) {
        this.thread = null;
        this.future = future;
        this.sinceNanos = sinceNanos;
    }

    boolean isThread() {
        return thread != null;
    }

    boolean isWaiting() {
        return outcome == null;
    }

    /** Decides the outcome: a {@link Slot} or a {@link Throwable}. False if it was decided before. */
    boolean decide(Object result) {
        return OUTCOME.compareAndSet(this, null, result);
    }

    boolean giveUp() {
        return decide(GAVE_UP);
    }

    @Nullable
    Object outcome() {
        return outcome;
    }

    void unpark() {
        LockSupport.unpark(thread);
    }

    /** Wakes the thread after its outcome was decided, unless it is on its feet and will see that by itself. */
    void wake() {
        if (!awake) {
            unpark();
        }
    }

    /**
     * Parks until there may be an outcome, or a nudge came, or the time is over, or the thread is interrupted. Between the
     * write of {@code awake} and the park the outcome is read once more: whoever decided it and then read {@code awake} as
     * true, and so didn't unpark, is seen here.
     */
    void park(Object blocker, long nanos) {
        awake = false;
        if (outcome == null && !nudged) {
            LockSupport.parkNanos(blocker, nanos);
        }
        awake = true;
    }
}
