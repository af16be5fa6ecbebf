package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The moment at which a wait is given up, shared by its steps. Immutable. */
final class Deadline {
    static final Deadline NEVER = new Deadline(0, Long.MAX_VALUE);

    /** Far enough for everybody, near enough for sums not to overflow. */
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

    private final long startNanos;
    private final long budgetNanos;

    private Deadline(long startNanos, long budgetNanos) {
        this.startNanos = startNanos;
        this.budgetNanos = budgetNanos;
    }

    static Deadline in(Duration timeout) {
        return new Deadline(System.nanoTime(), nanos(timeout));
    }

    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative, was " + timeout);
        }
        try {
            return Math.min(LONGEST_NANOS, timeout.toNanos());
        } catch (ArithmeticException centuries) {
            return LONGEST_NANOS;
        }
    }

    boolean isNever() {
        return budgetNanos == Long.MAX_VALUE;
    }

    long leftNanos() {
        return isNever() ? Long.MAX_VALUE : budgetNanos - (System.nanoTime() - startNanos);
    }

    Duration left() {
        return Duration.ofNanos(Math.max(0, leftNanos()));
    }

    void check(String facts) throws TimeoutException {
        if (leftNanos() < 0) {
            throw new TimeoutException("gave up after " + Duration.ofNanos(budgetNanos) + ": " + facts);
        }
    }
}
