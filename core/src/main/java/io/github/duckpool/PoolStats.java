package io.github.duckpool;

import java.time.Duration;
import java.util.Optional;

/**
 * A pool's figures at one moment. They are read one after another while the pool works, so that sums may be off by the
 * borrows that happened meanwhile.
 *
 * @param maxSize how many connections may be borrowed at a time
 * @param active how many are borrowed now
 * @param idle how many are open and free now
 * @param waiting how many borrowers wait in line now
 * @param borrows how many times a connection was borrowed since the pool was built
 * @param timeouts how many borrowers gave up after their borrow timeout
 * @param created how many connections were opened
 * @param destroyed how many connections were closed
 * @param oldestBorrow for how long the connection that was borrowed first is out; empty when none is
 * @param longestWait for how long the head of the line has waited; empty when nobody waits
 */
public record PoolStats(
        int maxSize,
        int active,
        int idle,
        int waiting,
        long borrows,
        long timeouts,
        long created,
        long destroyed,
        Optional<Duration> oldestBorrow,
        Optional<Duration> longestWait) {}
