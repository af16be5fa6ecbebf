package io.github.duckpool.internal.pool;

import java.sql.ClientInfoStatus;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The part of a connection handle that keeps what JDBC lets a borrower set. */
abstract class ConnectionSettings extends ConnectionDelegates {

    abstract Session session();

    /** Begins a call into the session; the caller ends it with {@link Session#exit}. */
    abstract Session enter() throws SQLException;

    @Override
    public void setCatalog(String catalog) throws SQLException {
        this.<@Nullable Void>ask(raw -> {
            session().spend();
            raw.setCatalog(catalog);
            return null;
        });
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        this.<@Nullable Void>ask(raw -> {
            session().spend();
            raw.setSchema(schema);
            return null;
        });
    }

    /**
     * Keeps the wish until the borrow ends. It is a hint, as JDBC says: DuckDB has read-only databases and no read-only
     * connections, and writes are not refused.
     */
    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        changeable().readOnly = readOnly;
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return (isChanged() && session().settings().readOnly) || session().raw().isReadOnly();
    }

    /**
     * Bounds every execution of statements made from now on, rounded up to whole seconds: there is no network, and a query
     * timeout is how long an answer may take.
     */
    @Override
    public void setNetworkTimeout(@Nullable Executor executor, int milliseconds) throws SQLException {
        if (milliseconds < 0) {
            throw new SQLException("network timeout must be at least 0 ms, was " + milliseconds, "22023");
        }
        changeable().networkTimeoutMillis = milliseconds;
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return isChanged() ? session().settings().networkTimeoutMillis : 0;
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        if (holdability != ResultSet.HOLD_CURSORS_OVER_COMMIT && holdability != ResultSet.CLOSE_CURSORS_AT_COMMIT) {
            throw new SQLException("no holdability: " + holdability, "22023");
        }
        changeable().holdability = holdability;
    }

    @Override
    public int getHoldability() throws SQLException {
        return isChanged() ? session().settings().holdability : ResultSet.HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        Properties info = clientInfo();
        if (value == null) {
            info.remove(name);
        } else {
            info.setProperty(name, value);
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        Properties info = clientInfo();
        info.clear();
        if (properties != null) {
            info.putAll(properties);
        }
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        return getClientInfo().getProperty(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        Properties copy = new Properties();
        if (isChanged()) {
            copy.putAll(session().settings().clientInfo);
        }
        return copy;
    }

    private Properties clientInfo() throws SQLClientInfoException {
        try {
            return changeable().clientInfo;
        } catch (SQLException e) {
            throw new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.<String, ClientInfoStatus>of(), e);
        }
    }

    private BorrowerSettings changeable() throws SQLException {
        Session entered = enter();
        try {
            entered.mark(Session.SETTINGS);
            return entered.settings();
        } finally {
            entered.exit();
        }
    }

    private boolean isChanged() throws SQLException {
        check();
        return session().isMarked(Session.SETTINGS);
    }
}
