package io.github.duckpool.internal.write;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many writes wait for their turn, and how many may. Each is counted from before it takes a place until it leaves the line,
 * by its turn or in any other way, so the count is exact: room is refused only while the line is full, and never lost.
 * Thread-safe.
 */
final class QueueRoom {
    private final int most;
    private final AtomicInteger waiting = new AtomicInteger();

    QueueRoom(int most) {
        this.most = most;
    }

    int most() {
        return most;
    }

    /** Takes room for one; false if there is none. Never above the bound, not even for a moment, or two could refuse each other. */
    boolean enter() {
        int seen = waiting.get();
        while (seen < most) {
            int witness = waiting.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** Gives the room of one back. */
    void leave() {
        waiting.decrementAndGet();
    }
}
