package io.github.duckpool.retry;

import java.time.Duration;

/**
 * Collects the settings of a {@link Backoff}. A bad value is refused with an {@link IllegalArgumentException} that holds the
 * rule and the value: at once, or, where two settings contradict each other, when the {@link LockRetry} is built. Not
 * thread-safe.
 */
public final class BackoffBuilder {
    int maxAttempts = Backoff.UNLIMITED_ATTEMPTS;
    Duration initialBackoff;
    double multiplier = 2;
    Duration maxBackoff;
    double jitter = 1;
    Duration deadline = Duration.ofSeconds(30);

    private BackoffBuilder(Duration initialBackoff, Duration maxBackoff) {
        this.initialBackoff = initialBackoff;
        this.maxBackoff = maxBackoff;
    }

    static BackoffBuilder ofFileLocks() {
        return new BackoffBuilder(Duration.ofMillis(50), Duration.ofSeconds(2));
    }

    static BackoffBuilder ofConflicts() {
        return new BackoffBuilder(Duration.ofMillis(1), Duration.ofMillis(100));
    }

    /**
     * How often the work is tried in all, the first time included.
     *
     * @param maxAttempts at least 1, which means no retry; the default is {@link Backoff#UNLIMITED_ATTEMPTS}: the deadline
     *     alone ends it
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public BackoffBuilder maxAttempts(int maxAttempts) {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, was " + maxAttempts);
        }
        this.maxAttempts = maxAttempts;
        return this;
    }

    /**
     * The longest wait after the first failed attempt.
     *
     * @param initialBackoff more than zero; the default is 50 ms for file locks and 1 ms for conflicts
     * @return this
     * @throws IllegalArgumentException if it is not more than zero
     */
    public BackoffBuilder initialBackoff(Duration initialBackoff) {
        this.initialBackoff = positive("initialBackoff", initialBackoff);
        return this;
    }

    /**
     * By how much the longest wait grows with each failed attempt.
     *
     * @param multiplier at least 1, which means that it does not grow; the default is 2
     * @return this
     * @throws IllegalArgumentException if it is less than 1 or not a finite number
     */
    public BackoffBuilder multiplier(double multiplier) {
        if (!(multiplier >= 1) || Double.isInfinite(multiplier)) {
            throw new IllegalArgumentException("multiplier must be a number of at least 1, was " + multiplier);
        }
        this.multiplier = multiplier;
        return this;
    }

    /**
     * The longest wait at all.
     *
     * @param maxBackoff at least the initial backoff; the default is 2 s for file locks and 100 ms for conflicts
     * @return this
     * @throws IllegalArgumentException if it is not more than zero
     */
    public BackoffBuilder maxBackoff(Duration maxBackoff) {
        this.maxBackoff = positive("maxBackoff", maxBackoff);
        return this;
    }

    /**
     * The part of each wait that is random, which keeps callers that failed together from trying again together.
     *
     * @param jitter from 0, none, to 1, the default: full jitter, anything from zero to the longest wait
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public BackoffBuilder jitter(double jitter) {
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter must be from 0 to 1, was " + jitter);
        }
        this.jitter = jitter;
        return this;
    }

    /**
     * How long all attempts and the waits between them may take together, from the start of the first attempt that failed in
     * this way. A caller's own limit, such as the pool's borrow timeout, ends them earlier.
     *
     * @param deadline more than zero; the default is 30 s
     * @return this
     * @throws IllegalArgumentException if it is not more than zero
     */
    public BackoffBuilder deadline(Duration deadline) {
        this.deadline = positive("deadline", deadline);
        return this;
    }

    Backoff build() {
        if (maxBackoff.compareTo(initialBackoff) < 0) {
            throw new IllegalArgumentException(
                    "maxBackoff must be at least initialBackoff, " + initialBackoff + ", was " + maxBackoff);
        }
        return new Backoff(this);
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be more than zero, was " + value);
        }
        return value;
    }
}
