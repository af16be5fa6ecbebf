package io.github.duckpool.mutex;

/**
 * How long a waiter sleeps between two looks at its queue. It looks more often while turns change quickly and while it is
 * near the head, and asks the kernel whenever a turn was passed on, or 5 ms after it asked last: a crashed holder passes
 * nothing on. The second in line sleeps three times as long as the first, the third six times: so much longer, at least, do the turns
 * before it take, each of which has to be noticed, and every look costs a wake-up that whoever is next would need.
 *
 * <p>Not thread-safe: each waiter has its own.
 */
final class QueuePace {
    private static final long SHORTEST_NANOS = 50_000;
    private static final long LONGEST_NANOS = 1_000_000;
    private static final long PROBE_NANOS = 5_000_000;
    private static final long FAR = 4;

    private final long ticket;
    private long released;
    private long movedNanos;
    private long probedNanos;

    QueuePace(long ticket, long released, long nowNanos) {
        this.ticket = ticket;
        this.released = released;
        this.movedNanos = nowNanos;
        this.probedNanos = nowNanos;
    }

    /** Whether it is time to ask the kernel. */
    boolean probes(long nowReleased, long nowNanos) {
        boolean moved = nowReleased != released;
        if (moved) {
            released = nowReleased;
            movedNanos = nowNanos;
        }
        boolean due = moved || nowNanos - probedNanos >= PROBE_NANOS;
        if (due) {
            probedNanos = nowNanos;
        }
        return due;
    }

    /** How long to sleep, from now on: until it is time to ask the kernel at the latest. */
    long sleepNanos(long nowNanos) {
        long still = (nowNanos - movedNanos) / 8;
        long next = Math.max(SHORTEST_NANOS, Math.min(LONGEST_NANOS, still));
        long distance = Math.max(1, Math.min(FAR, ticket - released - 1)); // behind the one who has the turn
        long untilProbe = probedNanos + PROBE_NANOS - nowNanos;
        return Math.max(SHORTEST_NANOS, Math.min(untilProbe, next * distance * (distance + 1) / 2));
    }
}
