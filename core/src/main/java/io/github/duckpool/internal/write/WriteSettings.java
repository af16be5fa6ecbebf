package io.github.duckpool.internal.write;

/**
 * What the write path needs to know, already checked.
 *
 * @param name the pool's name
 * @param borrowTimeoutNanos how long a call without a time-out of its own waits for its turn and a connection
 * @param readOnly whether nothing can be written
 * @param groupLimit how many writes may share a commit; 0: each has its own
 * @param maxQueued how many writes may wait for their turn
 */
public record WriteSettings(String name, long borrowTimeoutNanos, boolean readOnly, int groupLimit, int maxQueued) {}
