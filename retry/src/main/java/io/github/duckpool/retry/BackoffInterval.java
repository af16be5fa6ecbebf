package io.github.duckpool.retry;

import io.github.resilience4j.core.IntervalBiFunction;
import io.github.resilience4j.core.functions.Either;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Backoff} as Resilience4j asks for it: whole milliseconds for an attempt and its error. Two things do not pass
 * through that: the time that a call has left, and the fraction of a millisecond that matters to conflicts. Resilience4j asks
 * on the thread that reports the error, so both lie on that thread meanwhile, in a {@link Plan}. Thread-safe.
 */
final class BackoffInterval implements IntervalBiFunction<Object> {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final ThreadLocal<@Nullable Plan> PLAN = new ThreadLocal<>();

    private final Backoff backoff;
    private final RetryTime time;

    BackoffInterval(Backoff backoff, RetryTime time) {
        this.backoff = backoff;
        this.time = time;
    }

    /** One wait: the time that is left for it, and what was drawn. */
    static final class Plan {
        private final long leftNanos;
        private long delayNanos = -1;
        private boolean last;

        private Plan(long leftNanos) {
            this.leftNanos = leftNanos;
        }

        /** The time to wait; negative as long as nobody asked. */
        long delayNanos() {
            return delayNanos;
        }

        /** Whether no further wait would fit after this one. */
        boolean isLast() {
            return last;
        }

        /**
         * Makes the wait fit. A wait that would pass the end is drawn again from what is left and is then the last one:
         * were it cut to the end instead, all who share a deadline would come back in one instant.
         */
        void fit(long nanos, Backoff spread, RetryTime time) {
            last = nanos >= leftNanos;
            delayNanos = last ? spread.spread(leftNanos, time.random()) : nanos;
        }
    }

    /** Puts the time that is left where {@link #apply} finds it, until {@link #forget}. */
    static Plan plan(long leftNanos) {
        Plan plan = new Plan(leftNanos);
        PLAN.set(plan);
        return plan;
    }

    static void forget() {
        PLAN.remove();
    }

    @Override
    public Long apply(Integer failedAttempts, Either<Throwable, Object> outcome) {
        long nanos = backoff.delayNanos(failedAttempts, time.random());
        Plan plan = PLAN.get();
        if (plan != null) {
            plan.fit(nanos, backoff, time);
            nanos = plan.delayNanos();
        }
        return (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    }
}
