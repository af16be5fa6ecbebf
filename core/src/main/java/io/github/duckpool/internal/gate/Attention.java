package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The one word of a gate that every borrow and every return reads: how many wait, and whether the gate is suspended or closed.
 * While it is 0, neither looks any further. Thread-safe.
 */
abstract class Attention {
    static final int CLOSED = 1;
    static final int SUSPENDED = 2;
    static final int SHUT = CLOSED | SUSPENDED;
    /** One waiter, in the count that fills the word's upper bits. */
    private static final int WAITER = 4;

    private static final int WAITER_BITS = 2;

    private static final VarHandle ATTENTION;

    static {
        try {
            ATTENTION = MethodHandles.lookup().findVarHandle(Attention.class, "attention", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** 0 while the gate is open and nobody waits. */
    volatile int attention;

    final void setAttention(int flag) {
        ATTENTION.getAndBitwiseOr(this, flag);
    }

    final void clearAttention(int flag) {
        ATTENTION.getAndBitwiseAnd(this, ~flag);
    }

    /** Counts one more; returns how many there were. */
    final int countWaiter() {
        return waitersIn((int) ATTENTION.getAndAdd(this, WAITER));
    }

    final void uncountWaiter() {
        ATTENTION.getAndAdd(this, -WAITER);
    }

    static int waitersIn(int attention) {
        return attention >>> WAITER_BITS;
    }
}
