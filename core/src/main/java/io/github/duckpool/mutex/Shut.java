package io.github.duckpool.mutex;

import org.jspecify.annotations.Nullable;

/** The state of a closed line, for good. */
final class Shut {
    /** The last one in line when it was closed; the server's, who forgets it when all have been told. */
    @Nullable
    Ticket<?> latest;

    Shut(@Nullable Ticket<?> latest) {
        this.latest = latest;
    }
}
