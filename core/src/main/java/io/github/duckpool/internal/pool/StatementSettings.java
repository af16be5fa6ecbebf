package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The part of a statement handle that keeps what JDBC lets its user set; all of it ends with the handle. */
abstract class StatementSettings extends StatementCore {
    private boolean tuned;

    StatementSettings(LentConnection connection, Statement raw) {
        super(connection, raw);
    }

    /** A call that returns nothing. */
    @FunctionalInterface
    interface Command {
        void on(Statement target) throws SQLException;
    }

    final void tell(Command command) throws SQLException {
        this.<@Nullable Void>ask(s -> {
            command.on(s);
            return null;
        });
    }

    private void tune(Command command) throws SQLException {
        tuned = true;
        tell(command);
    }

    /** Puts back what this user tuned, for the next user of the native statement. */
    final void untune(Statement raw) throws SQLException {
        if (timeoutSeconds() > 0) {
            raw.setQueryTimeout(0);
        }
        if (tuned) {
            raw.setMaxFieldSize(0);
            raw.setEscapeProcessing(true);
            raw.setFetchSize(0);
        }
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        return ask(Statement::getQueryTimeout);
    }

    @Override
    public int getMaxFieldSize() throws SQLException {
        return ask(Statement::getMaxFieldSize);
    }

    @Override
    public void setMaxFieldSize(int max) throws SQLException {
        tune(s -> s.setMaxFieldSize(max));
    }

    @Override
    public int getMaxRows() throws SQLException {
        return (int) Math.min(Integer.MAX_VALUE, getLargeMaxRows());
    }

    @Override
    public void setMaxRows(int max) throws SQLException {
        setLargeMaxRows(max);
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        raw();
        return maxRows();
    }

    /** The driver takes a bound and gives all rows; here the result ends at the bound. */
    @Override
    public void setLargeMaxRows(long max) throws SQLException {
        raw();
        if (max < 0) {
            throw new SQLException("max rows must be at least 0, was " + max, "22023");
        }
        maxRows(max);
    }

    @Override
    public void setEscapeProcessing(boolean enable) throws SQLException {
        tune(s -> s.setEscapeProcessing(enable));
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return ask(Statement::getWarnings);
    }

    @Override
    public void clearWarnings() throws SQLException {
        tell(Statement::clearWarnings);
    }

    @Override
    public void setCursorName(String name) throws SQLException {
        tell(s -> s.setCursorName(name));
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        tell(s -> s.setFetchDirection(direction));
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return ask(Statement::getFetchDirection);
    }

    @Override
    public void setFetchSize(int rows) throws SQLException {
        tune(s -> s.setFetchSize(rows));
    }

    @Override
    public int getFetchSize() throws SQLException {
        return ask(Statement::getFetchSize);
    }

    @Override
    public int getResultSetConcurrency() throws SQLException {
        return ask(Statement::getResultSetConcurrency);
    }

    @Override
    public int getResultSetType() throws SQLException {
        return ask(Statement::getResultSetType);
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        return connection.getHoldability();
    }

    @Override
    public void setPoolable(boolean poolable) throws SQLException {
        tell(s -> s.setPoolable(poolable));
    }

    @Override
    public boolean isPoolable() throws SQLException {
        return ask(Statement::isPoolable);
    }
}
