package io.github.duckpool.retry;

import java.time.Duration;

/**
 * How long and how often one family of errors is retried: the wait after the {@code n}th failed attempt is at most
 * {@code initialBackoff * multiplier^(n-1)}, never more than {@code maxBackoff}, and is drawn at random below that. Immutable
 * and thread-safe.
 *
 * @see LockRetry#ofDefaults() the defaults
 */
public final class Backoff {
    /** The value of {@link #maxAttempts()} with which the deadline alone ends the attempts. */
    public static final int UNLIMITED_ATTEMPTS = Integer.MAX_VALUE;

    /** Far enough for everybody, near enough for sums not to overflow. */
    static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

    private final int maxAttempts;
    private final Duration initialBackoff;
    private final double multiplier;
    private final Duration maxBackoff;
    private final double jitter;
    private final Duration deadline;

    private final double initialNanos;
    private final long maxNanos;
    private final long deadlineNanos;

    Backoff(BackoffBuilder from) {
        this.maxAttempts = from.maxAttempts;
        this.initialBackoff = from.initialBackoff;
        this.multiplier = from.multiplier;
        this.maxBackoff = from.maxBackoff;
        this.jitter = from.jitter;
        this.deadline = from.deadline;
        this.initialNanos = nanos(initialBackoff);
        this.maxNanos = nanos(maxBackoff);
        this.deadlineNanos = nanos(deadline);
    }

    /** The nanoseconds of a duration, or centuries for one that is longer. */
    static long nanos(Duration duration) {
        return duration.toSeconds() >= LONGEST_NANOS / 1_000_000_000 ? LONGEST_NANOS : duration.toNanos();
    }

    /** The longest wait after this many failed attempts. */
    long ceilingNanos(int failedAttempts) {
        return Math.min(maxNanos, (long) (initialNanos * Math.pow(multiplier, failedAttempts - 1.0)));
    }

    /** The wait after this many failed attempts, for a random number from 0 to less than 1. */
    long delayNanos(int failedAttempts, double random) {
        return spread(ceilingNanos(failedAttempts), random);
    }

    /** Takes the random part off a wait. */
    long spread(long nanos, double random) {
        return nanos - (long) (nanos * jitter * random);
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /**
     * How often the work is tried in all, the first time included.
     *
     * @return at least 1; {@link #UNLIMITED_ATTEMPTS} if the deadline alone ends it
     */
    public int maxAttempts() {
        return maxAttempts;
    }

    /**
     * The longest wait after the first failed attempt.
     *
     * @return more than zero
     */
    public Duration initialBackoff() {
        return initialBackoff;
    }

    /**
     * By how much the longest wait grows with each failed attempt.
     *
     * @return at least 1
     */
    public double multiplier() {
        return multiplier;
    }

    /**
     * The longest wait at all.
     *
     * @return at least the initial backoff
     */
    public Duration maxBackoff() {
        return maxBackoff;
    }

    /**
     * The part of each wait that is random.
     *
     * @return from 0 (none) to 1 (full jitter: anything from zero to the longest wait)
     */
    public double jitter() {
        return jitter;
    }

    /**
     * How long all attempts and the waits between them may take together. No wait passes it; an attempt that runs is not cut
     * off.
     *
     * @return more than zero
     */
    public Duration deadline() {
        return deadline;
    }

    @Override
    public String toString() {
        return "Backoff[maxAttempts=" + (maxAttempts == UNLIMITED_ATTEMPTS ? "unlimited" : maxAttempts)
                + ", initialBackoff=" + initialBackoff + ", multiplier=" + multiplier + ", maxBackoff=" + maxBackoff
                + ", jitter=" + jitter + ", deadline=" + deadline + "]";
    }
}
