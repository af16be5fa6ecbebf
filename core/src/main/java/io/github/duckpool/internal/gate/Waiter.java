package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One who waits for a value that is handed over: a parked thread, platform or virtual, or a future. Its outcome is written
 * once, by one compare-and-set: the value, what makes its failure, or that it gave up. So a grant and a time-out, cancel or interrupt can't
 * both win, and whoever granted to one that had given up knows it and passes the value on.
 *
 * @param <V> the type of the value
 */
final class Waiter<V> {
    private static final Object GAVE_UP = new Object();
    private static final VarHandle OUTCOME;

    static {
        try {
            OUTCOME = MethodHandles.lookup().findVarHandle(Waiter.class, "outcome", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** When it got in line, by the clock of its line. */
    final long sinceNanos;

    /** How long it waits at most. */
    private final long timeoutNanos;

    /** How a future is told; null for a thread. */
    final @Nullable Telling<V> telling;

    private final @Nullable Thread thread;
    private volatile @Nullable Object outcome;

    /** The next in a chain that one thread owns: those who arrived, or those who are to be told. */
    @Nullable
    Waiter<V> next;

    /** Whether the thread is on its feet and will look at its outcome before it parks; always false for a future. */
    volatile boolean awake;

    /**
     * Whether it was seen to have waited so long that nobody overtakes it any more. Plain: once true it stays so, and whoever
     * misses it asks the clock.
     */
    boolean old;

    /** Whether a wake is under way to the thread, which will then serve the line itself. */
    volatile boolean nudged;

    /**
     * A thread that is about to wait.
     *
     * @param thread the current thread
     * @param sinceNanos now
     * @param timeoutNanos how long it waits at most
     */
    Waiter(Thread thread, long sinceNanos, long timeoutNanos) {
        this.thread = thread;
        this.telling = null;
        this.sinceNanos = sinceNanos;
        this.timeoutNanos = timeoutNanos;
        this.awake = true;
    }

    /**
     * A future that waits.
     *
     * @param telling tells the future its outcome
     * @param sinceNanos now
     * @param timeoutNanos how long it waits at most
     */
    Waiter(Telling<V> telling, long sinceNanos, long timeoutNanos) {
        this.thread = null;
        this.telling = telling;
        this.sinceNanos = sinceNanos;
        this.timeoutNanos = timeoutNanos;
    }

    /** Whether a thread waits, not a future. */
    boolean isThread() {
        return thread != null;
    }

    /** Whether its outcome is still open. */
    boolean isWaiting() {
        return outcome == null;
    }

    /** How much longer it waits at most. */
    long leftNanos(long nowNanos) {
        return timeoutNanos - (nowNanos - sinceNanos);
    }

    /** Decides the outcome: a value, or a supplier of the failure. False if it was decided before. */
    boolean decide(Object result) {
        return OUTCOME.compareAndSet(this, null, result);
    }

    /** Decides that it gets nothing, by its own wish. False if it was decided before. */
    boolean giveUp() {
        return decide(GAVE_UP);
    }

    /** What was decided; null while it waits. */
    @Nullable
    Object outcome() {
        return outcome;
    }

    /** Unparks the thread. */
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
     *
     * @param blocker what it waits at, for thread dumps
     * @param nanos how long at most
     */
    void park(Object blocker, long nanos) {
        awake = false;
        if (outcome == null && !nudged) {
            LockSupport.parkNanos(blocker, nanos);
        }
        awake = true;
    }
}
