package io.github.duckpool.benchmarks.write;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A way to write so many rows, all of them committed when it returns. */
abstract class BulkWay implements AutoCloseable {
    private final int rows;
    private long written;

    BulkWay(int rows) {
        this.rows = rows;
    }

    final int rows() {
        return rows;
    }

    final void write() throws Exception {
        writeRows();
        written += rows;
    }

    /** Counts what is there. */
    final void check() throws SQLException {
        long there = count();
        if (there != written) {
            throw new IllegalStateException("there are " + there + " rows, not " + written);
        }
    }

    abstract void writeRows() throws Exception;

    abstract long count() throws SQLException;

    @Override
    public abstract void close() throws SQLException;

    static long count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet counted = statement.executeQuery("SELECT count(*) FROM letters")) {
            counted.next();
            return counted.getLong(1);
        }
    }
}
