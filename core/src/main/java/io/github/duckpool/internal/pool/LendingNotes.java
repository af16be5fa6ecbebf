package io.github.duckpool.internal.pool;

import org.jspecify.annotations.Nullable;

/** What of a lending is noted with every borrow, on cache lines of its own: the next slot's borrower is another thread. */
abstract class LendingNotes extends LendingPadding {
    int heldStamp = -1;
    long borrowedNanos;
    long returnedNanos;

    @Nullable
    Thread borrower;

    @Nullable
    BorrowStack stack;
}

/**
 * Keeps whatever lies before a lending off the cache line of its notes. The int fills the gap behind the object's header, where the JVM would else
 * put one of the notes, beside the end of the lending before.
 */
abstract class LendingPadding {
    int gap;
    long l0, l1, l2, l3, l4, l5, l6, l7;
}
