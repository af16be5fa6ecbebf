package io.github.duckpool.mutex;

import org.jspecify.annotations.Nullable;

/** The state of a line in which nobody waits: how many permits are there to be had. Its neighbours are made when first needed, and kept. */
final class Available {
    final int permits;
    private final int limit;

    // Written without order: two threads may make one each, and either will do, for what is read of it is final.
    private @Nullable Available more;
    private @Nullable Available fewer;

    Available(int permits, int limit) {
        this.permits = permits;
        this.limit = limit;
    }

    /** One permit more. */
    Available more() {
        Available next = more;
        if (next == null) {
            if (permits == limit) {
                throw new IllegalStateException("more than the " + limit + " permits that there are came back");
            }
            next = new Available(permits + 1, limit);
            next.fewer = this;
            more = next;
        }
        return next;
    }

    /** One permit fewer. */
    Available fewer() {
        Available next = fewer;
        if (next == null) {
            next = new Available(permits - 1, limit);
            next.more = this;
            fewer = next;
        }
        return next;
    }
}
