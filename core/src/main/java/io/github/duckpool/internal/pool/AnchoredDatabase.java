package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.lease.OpenDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * An open database behind its anchor connection. Further connections are duplicates of the anchor, about 4 µs each; a wrapped
 * data source whose connections are no DuckDB connections is asked for each one instead. The anchor is what keeps a database
 * in memory alive, and what makes {@code jdbc:duckdb:}, private to each connection in the driver, one database for the pool.
 * Thread-safe.
 */
public final class AnchoredDatabase implements OpenDatabase {
    private final Connection anchor;
    private final @Nullable DuckDBConnection duckAnchor;
    private final @Nullable DataSource source;

    private AnchoredDatabase(Connection anchor, @Nullable DataSource source) throws SQLException {
        this.anchor = anchor;
        this.duckAnchor = anchor.isWrapperFor(DuckDBConnection.class) ? anchor.unwrap(DuckDBConnection.class) : null;
        this.source = source;
    }

    /**
     * Opens a URL with DuckDB settings, and runs the initial SQL on the anchor.
     *
     * @param url a URL of DuckDB
     * @param settings names and values of DuckDB's settings
     * @param initSql what to run before anyone connects
     * @return the open database
     * @throws SQLException if it can't be opened or the SQL fails; nothing is left open then
     */
    public static AnchoredDatabase open(String url, Map<String, String> settings, List<String> initSql)
            throws SQLException {
        Properties properties = new Properties();
        properties.putAll(settings);
        Connection anchor = new DuckDBDriver().connect(url, properties);
        if (anchor == null) {
            throw new SQLException("DuckDB's driver refused the URL " + url, "08001");
        }
        return initialised(anchor, null, initSql);
    }

    /**
     * Opens the database behind a data source, and runs the initial SQL on the anchor.
     *
     * @param source gives connections to one DuckDB database
     * @param initSql what to run before anyone connects
     * @return the open database
     * @throws SQLException if no connection can be had or the SQL fails; nothing is left open then
     */
    public static AnchoredDatabase open(DataSource source, List<String> initSql) throws SQLException {
        return initialised(source.getConnection(), source, initSql);
    }

    private static AnchoredDatabase initialised(Connection anchor, @Nullable DataSource source, List<String> initSql)
            throws SQLException {
        try {
            run(anchor, initSql);
            return new AnchoredDatabase(anchor, source);
        } catch (SQLException | RuntimeException e) {
            closeAfter(anchor, e);
            throw e;
        }
    }

    /** Runs each statement in turn. */
    static void run(Connection connection, List<String> sqls) throws SQLException {
        if (sqls.isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            for (String sql : sqls) {
                statement.execute(sql);
            }
        }
    }

    /** Closes a connection because of an error, which stays the one that is reported. */
    static void closeAfter(Connection connection, Exception why) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public Connection connect() throws SQLException {
        if (duckAnchor != null) {
            return duckAnchor.duplicate();
        }
        if (source == null) {
            throw new SQLException(
                    "connection can't be duplicated: " + anchor.getClass().getName(), "08001");
        }
        return source.getConnection();
    }

    @Override
    public void close() throws SQLException {
        anchor.close();
    }
}
