package io.github.duckpool.internal.pool;

/**
 * A pool's figures at one moment; each is read on its own.
 *
 * @param active how many connections are borrowed
 * @param idle how many are open and free
 * @param waiting how many borrowers are in line
 * @param borrows how many borrows there were
 * @param timeouts how many borrowers gave up
 * @param created how many connections were opened
 * @param destroyed how many were closed
 * @param oldestBorrowNanos the age of the oldest borrow, zero for none
 * @param longestWaitNanos how long the head of the line has waited, zero for nobody
 */
public record PoolFigures(
        int active,
        int idle,
        int waiting,
        long borrows,
        long timeouts,
        long created,
        long destroyed,
        long oldestBorrowNanos,
        long longestWaitNanos) {}
