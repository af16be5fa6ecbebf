package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.wait.FirstError;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** Whether borrowers find auto-commit on. */
    private final boolean autoCommit;

    private final Instance instance;
    private final AtomicBoolean closed = new AtomicBoolean();

    private AnchoredDatabase(Connection anchor, @Nullable DataSource source, boolean autoCommit, SharedState shared)
            throws SQLException {
        this.anchor = anchor;
        this.autoCommit = autoCommit;
        this.duckAnchor = anchor.isWrapperFor(DuckDBConnection.class) ? anchor.unwrap(DuckDBConnection.class) : null;
        this.source = source;
        this.instance = new Instance(shared, duckAnchor);
    }

    /** Makes sure that DuckDB's native code is loaded, which takes a good part of a second once; opening tells why if it can't be. */
    public static void loadDriver() {
        try {
            Class.forName("org.duckdb.DuckDBNative", true, DuckDBDriver.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // the attempt to open will say so, or this driver loads in another way
        }
    }

    /**
     * Connects to a URL with DuckDB settings.
     *
     * @param url a URL of DuckDB
     * @param settings names and values of DuckDB's settings
     * @return the first connection, which becomes the anchor
     * @throws SQLException if the database can't be opened; nothing is left open then
     */
    public static Connection connect(String url, Map<String, String> settings) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(settings);
        Connection anchor = new DuckDBDriver().connect(url, properties);
        if (anchor == null) {
            throw new SQLException("DuckDB's driver refused the URL " + url, "08001");
        }
        return anchor;
    }

    /**
     * Takes over the first connection to a database, and runs the initial SQL on it.
     *
     * @param anchor nobody else's; it is closed if this fails
     * @param source where further connections come from if the anchor can't be duplicated
     * @param opening how it was opened, and what to run before anyone connects
     * @return the open database
     * @throws SQLException if the SQL fails; nothing is left open then
     */
    public static AnchoredDatabase over(Connection anchor, @Nullable DataSource source, Opening opening)
            throws SQLException {
        SharedState shared = SharedState.opened(opening);
        try {
            boolean autoCommit = anchor.getAutoCommit();
            if (!autoCommit) {
                anchor.setAutoCommit(true); // nobody would end a transaction that is begun on it
            }
            run(anchor, "initSql", opening.initSql());
            return new AnchoredDatabase(anchor, source, autoCommit, shared);
        } catch (SQLException | RuntimeException | Error e) {
            shared.closed();
            closeAfter(anchor, e);
            throw e;
        }
    }

    /** Runs each statement in turn, as a transaction of its own; an error names the setting and the statement. */
    static void run(Connection connection, String setting, List<String> sqls) throws SQLException {
        if (sqls.isEmpty()) {
            return;
        }
        boolean autoCommit = connection.getAutoCommit();
        if (!autoCommit) {
            connection.setAutoCommit(true);
        }
        try (Statement statement = connection.createStatement()) {
            for (String sql : sqls) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    SQLException known = NativeErrors.translate(e);
                    throw SqlExceptions.withText(known, setting + " \"" + sql + "\" failed: " + known.getMessage());
                }
            }
        }
        if (!autoCommit) {
            connection.setAutoCommit(false);
        }
    }

    /** Closes a connection because of an error, which stays the one that is reported. */
    static void closeAfter(Connection connection, Throwable why) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            FirstError.suppress(why, e);
        }
    }

    @Override
    public boolean isLost() {
        try {
            return anchor.isClosed();
        } catch (SQLException | RuntimeException e) {
            return true;
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

    /** Gives a connection that was just made the auto-commit that the driver's option asks for; the pool's own have it on. */
    static void setAutoCommit(Connection fresh, OpenDatabase database) throws SQLException {
        if (database.origin() instanceof AnchoredDatabase anchored && !anchored.autoCommit && fresh.getAutoCommit()) {
            fresh.setAutoCommit(false);
        }
    }

    Instance instance() {
        return instance;
    }

    @Override
    public void close() throws SQLException {
        if (closed.compareAndSet(false, true)) {
            instance.shared().closed();
        }
        anchor.close();
    }
}
