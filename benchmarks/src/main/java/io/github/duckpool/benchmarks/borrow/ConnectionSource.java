package io.github.duckpool.benchmarks.borrow;

import java.sql.Connection;
import java.sql.SQLException;

/** A pool, as far as a benchmark of borrowing sees it. */
interface ConnectionSource extends AutoCloseable {
    Connection getConnection() throws SQLException;

    @Override
    void close() throws SQLException;
}
