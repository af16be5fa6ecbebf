package io.github.duckpool.benchmarks.borrow;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A pool, as far as a benchmark sees it. */
public interface ConnectionSource extends AutoCloseable {
    /**
     * Borrows a connection.
     *
     * @return the connection
     * @throws SQLException if there is none
     */
    Connection getConnection() throws SQLException;

    @Override
    void close() throws SQLException;

    /** How a pool is closed. */
    interface Closing {
        void close() throws SQLException;
    }

    /**
     * A pool that is a data source.
     *
     * @param pool the pool
     * @param closing how it is closed
     * @return the pool
     */
    static ConnectionSource of(DataSource pool, Closing closing) {
        return new ConnectionSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return pool.getConnection();
            }

            @Override
            public void close() throws SQLException {
                closing.close();
            }
        };
    }
}
