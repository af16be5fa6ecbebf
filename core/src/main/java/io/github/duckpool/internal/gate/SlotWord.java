package io.github.duckpool.internal.gate;

/** What of a slot changes with every borrow, on a cache line of its own. */
abstract class SlotWord extends SlotWordPadding {
    volatile long word;
    /** Written by whoever holds the slot, read by anyone. */
    long borrows;
}

/** Keeps whatever lies before a slot off the cache line of its word. */
abstract class SlotWordPadding {
    long l0, l1, l2, l3, l4, l5, l6, l7;
}
