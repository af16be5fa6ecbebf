package io.github.duckpool.internal.pool;

/**
 * A clock that costs one volatile read: a daemon thread stores {@code nanoTime} every 20 ms while anybody uses it. Reading
 * {@code nanoTime} itself for every borrow would cost more than the borrow.
 */
final class CoarseClock {
    private static final long TICK_MILLIS = 20;
    private static final Object LOCK = new Object();
    private static int users;
    private static boolean ticking;
    private static volatile long nowNanos = System.nanoTime();

    private CoarseClock() {}

    /** The time of the last tick, in the units and with the origin of {@link System#nanoTime()}. */
    static long nowNanos() {
        return nowNanos;
    }

    /** Keeps the clock ticking until {@link #release()}. */
    static void use() {
        synchronized (LOCK) {
            nowNanos = System.nanoTime();
            if (!ticking) { // the last user's thread may not have seen its end yet, and then goes on
                Thread ticker = new Thread(CoarseClock::tick, "duckpool clock");
                ticker.setDaemon(true);
                ticker.start(); // where no thread can be had, the next user tries again
                ticking = true;
            }
            users++;
        }
    }

    /** Takes back one {@link #use()}; the last one ends the thread. */
    static void release() {
        synchronized (LOCK) {
            users--;
            LOCK.notifyAll();
        }
    }

    private static void tick() {
        synchronized (LOCK) {
            while (users > 0) {
                nowNanos = System.nanoTime();
                try {
                    LOCK.wait(TICK_MILLIS);
                } catch (InterruptedException e) {
                    // Nobody is meant to interrupt this thread; the clock serves every pool, so it goes on.
                    nowNanos = System.nanoTime();
                }
            }
            ticking = false;
        }
    }
}
