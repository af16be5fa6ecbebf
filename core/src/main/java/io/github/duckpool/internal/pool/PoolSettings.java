package io.github.duckpool.internal.pool;

import java.util.List;

/**
 * What a {@link ConnectionPool} needs to know, already checked. Times of zero mean "never" or "not at all".
 *
 * @param name the name in threads, logs and messages
 * @param maxSize how many connections may be borrowed at a time
 * @param minIdle how many connections are kept open at least
 * @param borrowTimeoutNanos how long a borrower waits
 * @param maxLifetimeNanos the age at which a connection is replaced
 * @param idleTimeoutNanos how long connections beyond {@code minIdle} are kept unused
 * @param leakThresholdNanos after how long a borrowed connection is reported
 * @param closeTimeoutNanos how long closing waits for borrowed connections
 * @param overtakingNanos how long the oldest waiter may be overtaken
 * @param statementCacheSize how many statements a connection keeps
 * @param connectionInitSql what runs on each new connection
 */
public record PoolSettings(
        String name,
        int maxSize,
        int minIdle,
        long borrowTimeoutNanos,
        long maxLifetimeNanos,
        long idleTimeoutNanos,
        long leakThresholdNanos,
        long closeTimeoutNanos,
        long overtakingNanos,
        int statementCacheSize,
        List<String> connectionInitSql) {

    /** Copies the list. */
    public PoolSettings {
        connectionInitSql = List.copyOf(connectionInitSql);
    }
}
