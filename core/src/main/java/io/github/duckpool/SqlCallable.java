package io.github.duckpool;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a unit of work that a {@link RetryPolicy} may run again from the start.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface SqlCallable<T extends @Nullable Object> {
    /**
     * Does the whole unit of work once.
     *
     * @return the result, as the caller of the policy gets it
     * @throws SQLException if the attempt failed
     */
    T call() throws SQLException;
}
