package io.github.duckpool.internal.write;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The writer's short wait, at the end of a turn, for those who were just told of their commit: they are about to come back, and
 * one COMMIT for all of them costs less than one for the first and another for the rest. Without it the first to hear finds the
 * line free and writes by itself, while all others wait for that one row.
 *
 * <p>The wait ends when so many have joined the group at the end of the line as had joined before and were told, when somebody
 * takes a place that can't be shared, and after {@value #MOST_MICROS} µs at the latest. Where it doesn't pay it is left out
 * for some turns, for twice as many each time. A caller who is alone is never waited for.
 *
 * <p>Hazard: a writer joins, or takes a place, while the other gets ready to wait. The one who waits says so before it looks, and
 * who comes looks for it afterwards; so whoever is second sees the first. {@link #came} and {@link #end} are thread-safe, the rest
 * belongs to the writer's thread.
 */
final class Gathering {
    /** Half of what a COMMIT takes on a quick disk: a wait for nothing costs less than what it might have saved. */
    private static final int MOST_MICROS = 200;

    private static final int MOST_LEFT_OUT = 63;

    /** How many have joined the group that may be joined; negative if there is none, and the next place is another's. */
    interface Joined {
        int count();
    }

    private final Joined joined;
    private final long mostNanos;

    private volatile int wanted;
    private volatile @Nullable Thread waiting;

    /** How many had joined when the first was told in this turn. */
    private int before;

    private int told;

    /** How many turns went without a wait after the last one that did not pay, and how many are still to go. */
    private int leftOut;

    private int toLeaveOut;

    Gathering(Joined joined) {
        this(joined, TimeUnit.MICROSECONDS.toNanos(MOST_MICROS));
    }

    Gathering(Joined joined, long mostNanos) {
        this.joined = joined;
        this.mostNanos = mostNanos;
    }

    /** A turn begins. */
    void begin() {
        told = 0;
    }

    /** So many who wait on threads of their own are going to be told. */
    void telling(int threads) {
        if (told == 0) {
            before = Math.max(0, joined.count());
        }
        told += threads;
    }

    /** Waits for those who were told in this turn, until so many are there as make a full group. */
    void await(int full) {
        int all = Math.min(before + told, full);
        if (told == 0 || all < 2) {
            return;
        }
        if (toLeaveOut > 0) {
            toLeaveOut--;
            return;
        }
        int there = wait(all);
        if (there < 0 || 2 * (there - before) >= all - before) {
            leftOut = 0;
        } else {
            leftOut = Math.min(2 * leftOut + 1, MOST_LEFT_OUT);
            toLeaveOut = leftOut;
        }
    }

    /** Waits, and returns how many are there; negative if the next place is another's. */
    private int wait(int all) {
        long endNanos = System.nanoTime() + mostNanos;
        wanted = all;
        waiting = Thread.currentThread();
        try {
            int there = joined.count();
            while (there >= 0 && there < wanted) {
                long leftNanos = endNanos - System.nanoTime();
                if (leftNanos <= 0) {
                    return there;
                }
                LockSupport.parkNanos(this, leftNanos);
                there = joined.count();
            }
            return there;
        } finally {
            waiting = null;
        }
    }

    /** Somebody has joined, as the one with this number. */
    void came(int number) {
        Thread writer = waiting;
        if (writer != null && number >= wanted) {
            LockSupport.unpark(writer);
        }
    }

    /** The next who come can't be served together. */
    void end() {
        Thread writer = waiting;
        if (writer != null) {
            wanted = 0;
            LockSupport.unpark(writer);
        }
    }
}
