package io.github.duckpool.mutex;

import org.jspecify.annotations.Nullable;

/**
 * The state of a line in which nobody waits: how many permits are there to be had. Its neighbours are made when first needed, and kept. Nobody
 * can wait before the permits were taken one by one, so whatever a permit that comes back needs was made on that way, and is made again only if another
 * thread's is not seen yet: where one comes back there may be no memory, and the permit, or the role of serving, would be lost with it.
 */
final class Available {
    final int permits;
    private final int limit;

    /** The state with one permit, the same for every way down. */
    private final Available one;

    // Written without order: two threads may make one each, and either will do, for what is read of it is final.
    private @Nullable Available more;
    private @Nullable Available fewer;

    private Available(int permits, int limit, @Nullable Available one) {
        this.permits = permits;
        this.limit = limit;
        this.one = one == null ? this : one;
    }

    /** All the permits that there are. */
    static Available of(int limit) {
        return new Available(limit, limit, limit == 1 ? null : new Available(1, limit, null));
    }

    Available one() {
        return one;
    }

    /** One permit more. */
    Available more() {
        Available next = more;
        if (next == null) {
            if (permits == limit) {
                throw new IllegalStateException("more than the " + limit + " permits that there are came back");
            }
            next = new Available(permits + 1, limit, one);
            next.fewer = this;
            more = next;
        }
        return next;
    }

    /** One permit fewer. */
    Available fewer() {
        Available next = fewer;
        if (next == null) {
            next = permits == 2 ? one : new Available(permits - 1, limit, one);
            next.more = this;
            fewer = next;
        }
        return next;
    }
}
