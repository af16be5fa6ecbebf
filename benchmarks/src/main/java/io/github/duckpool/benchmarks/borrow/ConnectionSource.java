package io.github.duckpool.benchmarks.borrow;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A pool, as far as a benchmark of borrowing sees it. */
interface ConnectionSource extends AutoCloseable {
    Connection getConnection() throws SQLException;

    @Override
    void close() throws SQLException;

    /** How a pool is closed. */
    interface Closing {
        void close() throws SQLException;
    }

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
