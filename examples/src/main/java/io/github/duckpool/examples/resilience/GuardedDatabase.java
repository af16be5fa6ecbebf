package io.github.duckpool.examples.resilience;

import io.github.duckpool.SqlFunction;
import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import io.github.duckpool.retry.LockRetry;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * A database behind three guards of Resilience4j, from the outside in:
 * <ol>
 *   <li>the circuit breaker fails calls at once while another process is known to keep the file, so that a web service answers
 *       "try later" instead of letting every request wait for half a minute;
 *   <li>the bulkhead bounds how many callers may be at it at once, the waiting ones included;
 *   <li>{@link LockRetry} waits, by retrying, for a lock that will be free soon.
 * </ol>
 * The order matters: a breaker inside the retry would count every single attempt, and a retry around a bulkhead would retry its
 * refusals. Thread-safe.
 */
public final class GuardedDatabase {
    private final DataSource source;
    private final CircuitBreaker breaker;
    private final Bulkhead bulkhead;
    private final LockRetry retry;

    /**
     * Puts the guards in front of a data source.
     *
     * @param source gives connections to a DuckDB database
     * @param breaker see {@link #breakerForLocks}
     * @param bulkhead see {@link #bulkhead}
     * @param retry waits for locks
     */
    public GuardedDatabase(DataSource source, CircuitBreaker breaker, Bulkhead bulkhead, LockRetry retry) {
        this.source = source;
        this.breaker = breaker;
        this.bulkhead = bulkhead;
        this.retry = retry;
    }

    /**
     * A breaker that opens after some calls gave up on the file's lock, and that no other error opens: a wrong statement says
     * nothing about the database.
     *
     * @param calls how many calls have to give up in a row
     * @param pause how long it stays open before it lets one call try again
     * @return a new breaker
     */
    public static CircuitBreaker breakerForLocks(int calls, Duration pause) {
        return CircuitBreaker.of(
                "letters",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(calls)
                        .minimumNumberOfCalls(calls)
                        .failureRateThreshold(100)
                        .waitDurationInOpenState(pause)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .recordException(GuardedDatabase::isLocked)
                        .build());
    }

    /**
     * A bulkhead that refuses at once.
     *
     * @param callers how many may be at the database at once
     * @return a new bulkhead
     */
    public static Bulkhead bulkhead(int callers) {
        return Bulkhead.of(
                "letters",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(callers)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    private static boolean isLocked(Throwable error) {
        return error instanceof SQLException sql && DuckError.classify(sql).kind() == Kind.FILE_LOCKED;
    }

    /**
     * Does work with a connection, behind the guards.
     *
     * @param work the whole unit of work, run from its start on every attempt
     * @param <T> the type of the result
     * @return what the successful attempt returned
     * @throws io.github.resilience4j.circuitbreaker.CallNotPermittedException if the breaker is open
     * @throws io.github.resilience4j.bulkhead.BulkheadFullException if there are too many callers
     * @throws SQLException if the database was asked and failed
     */
    public <T> T call(SqlFunction<T> work) throws SQLException {
        try {
            return breaker.executeCallable(() -> bulkhead.executeCallable(() -> retry.call(() -> attempt(work))));
        } catch (SQLException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("work throws nothing but SQLException", e);
        }
    }

    private <T> T attempt(SqlFunction<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            return work.apply(connection);
        }
    }
}
