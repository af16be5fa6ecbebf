package io.github.duckpool.internal.gate;

/**
 * Spares most looks at the clock where borrows follow each other so fast that a look would cost more than the borrow. Who has
 * looked, and whose borrows since the look before took next to no time together, may go on for twice as many without one. So
 * what is looked at is known to within some 50 µs, as long as the pace holds; where it breaks off, for {@link #MOST} borrows
 * of each thread at most.
 *
 * <p>The accounts lie in an array that the thread's id is hashed into, one to a cache line. Threads that share one only spend
 * each other's credit. Thread-safe in that sense.
 */
final class ClockCredit {
    /** The most borrows without a look. */
    static final int MOST = 16;

    /** 20 µs: what the borrows between two looks may take together for there to be credit. */
    private static final int FAST_TICKS = 20;

    /** A tick is 1,024 ns. */
    private static final int TICK_BITS = 10;

    private static final int ACCOUNTS = 64;
    private static final int STRIDE = 16;
    private static final int LEFT = 0;
    private static final int GIVEN = 1;
    private static final int LOOKED = 2;

    private final int[] accounts = new int[(ACCOUNTS + 1) * STRIDE];

    /** Whether the current thread may do without a look this time. */
    boolean spend() {
        int account = ofThread();
        int left = accounts[account + LEFT];
        if (left <= 0) {
            return false;
        }
        accounts[account + LEFT] = left - 1;
        return true;
    }

    /** Notes that the current thread has looked at the clock. */
    void looked(long nowNanos) {
        int account = ofThread();
        int tick = (int) (nowNanos >>> TICK_BITS);
        int since = tick - accounts[account + LOOKED];
        int credit = since >= 0 && since < FAST_TICKS ? Math.min(MOST, 2 * accounts[account + GIVEN] + 1) : 0;
        accounts[account + LOOKED] = tick;
        accounts[account + GIVEN] = credit;
        accounts[account + LEFT] = credit;
    }

    private static int ofThread() {
        return ((int) Thread.currentThread().getId() & ACCOUNTS - 1) * STRIDE + STRIDE;
    }
}
