package io.github.duckpool.benchmarks.write;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** A connection of the driver alone, whose appender takes rows one after another. */
final class BareAppender extends BulkWay {
    @FunctionalInterface
    private interface Rows {
        void to(DuckDBAppender appender) throws SQLException;
    }

    private final Connection connection;
    private final Rows rows;

    private BareAppender(Connection connection, Rows rows) throws SQLException {
        super(BulkRows.ROWS_PER_TRANSACTION);
        this.connection = connection;
        this.rows = rows;
        Writer.create(connection);
    }

    @Override
    void writeRows() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement begin = connection.createStatement()) {
            begin.execute("FROM letters LIMIT 0"); // the driver begins with a statement, and an appender is none
        }
        try (DuckDBAppender appender = connection.unwrap(DuckDBConnection.class).createAppender("letters")) {
            rows.to(appender);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    @Override
    long count() throws SQLException {
        return count(connection);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Fed by a loop. */
    static BareAppender byLoop(Path file) throws SQLException {
        return new BareAppender(DriverManager.getConnection("jdbc:duckdb:" + file), BareAppender::counted);
    }

    /** Fed from the stream that the library is given. */
    static BareAppender byStream(Path file) throws SQLException {
        return new BareAppender(DriverManager.getConnection("jdbc:duckdb:" + file), BareAppender::streamed);
    }

    private static void counted(DuckDBAppender appender) throws SQLException {
        for (int i = 0; i < BulkRows.ROWS_PER_TRANSACTION; i++) {
            append(appender, i, BulkRows.title(i));
        }
    }

    /** What anybody's stream of rows costs, whoever takes it. */
    private static void streamed(DuckDBAppender appender) {
        BulkRows.rows().forEachOrdered(row -> {
            try {
                append(appender, (Integer) row[0], (String) row[1]);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void append(DuckDBAppender appender, int id, String title) throws SQLException {
        appender.beginRow();
        appender.append(id);
        appender.append(title);
        appender.endRow();
    }
}
