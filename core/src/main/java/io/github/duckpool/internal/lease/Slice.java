package io.github.duckpool.internal.lease;

import java.util.Collection;

/**
 * The time for which the file is held in one piece, and when it ends. The wishes of all pools that have it open are heeded: it
 * lasts as long as the longest of their shortest slices, and for good if one of them does not yield.
 *
 * <p>Not thread-safe: the lease's thread alone uses it, and passes the time in.
 */
final class Slice {
    private final long startNanos;

    Slice(long startNanos) {
        this.startNanos = startNanos;
    }

    /**
     * When others come into question.
     *
     * @return nanoseconds from now until the shortest slice is over, 0 when it is; {@link Long#MAX_VALUE} if the file is not
     *     passed on
     */
    long untilYielding(Collection<LeaseTerms> terms, long nowNanos) {
        long shortest = 0;
        for (LeaseTerms each : terms) {
            if (!each.yields()) {
                return Long.MAX_VALUE;
            }
            shortest = Math.max(shortest, each.minSliceNanos());
        }
        return Math.max(0, shortest - (nowNanos - startNanos));
    }

    /**
     * When the file is closed for want of use.
     *
     * @param unusedSinceNanos when this pool was last seen to use a connection
     * @return nanoseconds from now, 0 when the time is over; {@link Long#MAX_VALUE} if this pool keeps the file
     */
    static long untilIdle(LeaseTerms terms, long unusedSinceNanos, long nowNanos) {
        return terms.idleReleaseNanos() == 0
                ? Long.MAX_VALUE
                : Math.max(0, terms.idleReleaseNanos() - (nowNanos - unusedSinceNanos));
    }
}
