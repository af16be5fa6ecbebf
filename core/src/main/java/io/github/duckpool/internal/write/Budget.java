package io.github.duckpool.internal.write;

import java.util.concurrent.TimeUnit;

/**
 * The time that one call may take, and what it was spent on. A strict budget, one that the caller gave, ends a running
 * statement; the pool's own ends only waiting. The notes are written by one thread at a time and may be read too early by
 * whoever reports a time-out.
 */
final class Budget {
    /** Far enough for everybody, near enough for sums not to overflow. */
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

    private final long startNanos = System.nanoTime();
    private final long nanos;
    private final boolean strict;

    private volatile long lineNanos = -1;
    private volatile long connectionNanos;

    /** What was spent when the present wait for a connection began; negative if there is none. */
    private volatile long connectionFromNanos = -1;

    Budget(long nanos, boolean strict) {
        this.nanos = Math.min(nanos, LONGEST_NANOS);
        this.strict = strict;
    }

    boolean isStrict() {
        return strict;
    }

    long totalNanos() {
        return nanos;
    }

    long spentNanos() {
        return System.nanoTime() - startNanos;
    }

    /** What is left, zero or more. */
    long leftNanos() {
        return Math.max(0, nanos - spentNanos());
    }

    /** Whether this one is used up before the other. */
    boolean endsBefore(Budget other) {
        return startNanos + nanos - (other.startNanos + other.nanos) < 0;
    }

    boolean isOver() {
        return spentNanos() >= nanos;
    }

    /** The line is behind it. */
    void leftLine() {
        lineNanos = spentNanos();
    }

    /** A wait for a connection begins; that of its opening, and of the lock on its file, is part of it. */
    void waitsForConnection() {
        connectionFromNanos = spentNanos();
    }

    /** It is over, with a connection or without. */
    void waitedForConnection() {
        connectionNanos = connectionNanos(); // one thread writes
        connectionFromNanos = -1;
    }

    private long connectionNanos() {
        long from = connectionFromNanos;
        return connectionNanos + (from < 0 ? 0 : spentNanos() - from);
    }

    /** Says what the time was spent on. */
    String account() {
        long spent = spentNanos();
        long line = lineNanos;
        if (line < 0) {
            return "waited " + millis(spent) + " in the writers' line";
        }
        long connection = connectionNanos();
        return "waited " + millis(line) + " in the writers' line and " + millis(connection) + " for a connection, ran "
                + millis(Math.max(0, spent - line - connection));
    }

    static String millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
    }
}
