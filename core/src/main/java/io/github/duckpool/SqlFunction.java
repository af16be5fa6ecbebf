package io.github.duckpool;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Work to do with a borrowed connection, for {@code pool.read} and {@code pool.write}.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface SqlFunction<T extends @Nullable Object> {
    /**
     * Uses the connection; it is valid until this method returns.
     *
     * @param connection the borrowed connection; the pool begins, commits and returns it
     * @return the result, as the caller gets it
     * @throws SQLException if the work failed; a write is then rolled back
     */
    T apply(Connection connection) throws SQLException;
}
