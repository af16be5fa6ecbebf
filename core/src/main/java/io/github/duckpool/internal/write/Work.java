package io.github.duckpool.internal.write;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a caller does with a connection.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface Work<T extends @Nullable Object> {
    /**
     * Uses the connection until it returns.
     *
     * @param connection the handle
     * @return the result
     * @throws SQLException if it failed
     */
    T on(Connection connection) throws SQLException;
}
