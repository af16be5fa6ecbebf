package io.github.duckpool.internal.gate;

/** What of a slot changes with every borrow, on a cache line of its own. */
abstract class SlotWord extends SlotWordPadding {
    volatile long word;
    /** Written by whoever holds the slot, read by anyone. */
    long borrows;

    /** The stamp of the borrow that knows its stamp. */
    int taken = -1;
}

/**
 * Keeps whatever lies before a slot off the cache line of its word. The int fills the gap behind the object's header, where the JVM would else put an
 * int of a subclass.
 */
abstract class SlotWordPadding {
    int gap;
    long l0, l1, l2, l3, l4, l5, l6, l7;
}
