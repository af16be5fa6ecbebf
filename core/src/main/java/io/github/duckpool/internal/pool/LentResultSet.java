package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.pool.ConnectionDelegates.Call;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A result handle. It holds the native result until it is closed: by its user, by its statement, or by the end of the borrow,
 * so that reading a value costs a look at one field and not at the slot.
 */
final class LentResultSet extends GettersByIndex {
    private final LentStatement statement;
    private @Nullable ResultSet raw;
    private boolean readToEnd;

    /** How many more rows its reader is shown. */
    private long rowsLeft = Long.MAX_VALUE;

    LentResultSet(LentStatement statement, ResultSet raw) {
        this.statement = statement;
        this.raw = raw;
    }

    /** Shows its reader so many rows at most. */
    void endAfter(long rows) {
        rowsLeft = rows;
    }

    @Override
    ResultSet raw() throws SQLException {
        ResultSet present = raw;
        if (present == null) {
            throw statement.connection.closed("result set");
        }
        return present;
    }

    @Override
    SQLException failed(Exception e) {
        return e instanceof RuntimeException unchecked
                ? statement.connection.unchecked(unchecked)
                : statement.connection.failed((SQLException) e);
    }

    @Override
    <T extends @Nullable Object> T ask(Call<ResultSet, T> call) throws SQLException {
        ResultSet present = raw();
        try {
            return call.on(present);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    /** Whether rows may still be streaming from the database. */
    boolean isUnread() {
        return raw != null && !readToEnd;
    }

    /** Leaves the native result to the end of the session, which may have to wait for a call that reads from it. */
    void disown() {
        ResultSet mine = raw;
        raw = null;
        if (mine != null) {
            statement.connection.session().abandon(mine);
        }
    }

    void closeQuietly() {
        ResultSet mine = raw;
        raw = null;
        if (mine != null) {
            try {
                mine.close();
            } catch (SQLException e) {
                statement.connection.session().mark(Session.SUSPECT);
            }
        }
    }

    @Override
    public boolean next() throws SQLException {
        ResultSet present = raw();
        if (rowsLeft == 0) {
            return false; // with the rest unread, which a return of the connection sees
        }
        try {
            if (present.next()) {
                rowsLeft--;
                return true;
            }
            readToEnd = true;
            return false;
        } catch (SQLException e) {
            throw statement.fetchFailed(e);
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    /** Announced like any call, since it can end the native statement; after the borrow, that is the session's business. */
    @Override
    public void close() throws SQLException {
        ResultSet mine = raw;
        if (mine == null) {
            return;
        }
        if (!statement.connection.tryEnter()) {
            disown();
            return;
        }
        raw = null;
        try {
            mine.close();
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        } finally {
            statement.connection.session().exit();
            statement.resultClosed(this);
        }
    }

    @Override
    public boolean isClosed() {
        return raw == null || statement.isClosed();
    }

    @Override
    public Statement getStatement() throws SQLException {
        raw();
        return statement;
    }

    @Override
    public boolean wasNull() throws SQLException {
        try {
            return raw().wasNull();
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public int findColumn(String label) throws SQLException {
        try {
            return raw().findColumn(label);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        return ask(ResultSet::getMetaData);
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return ask(ResultSet::getWarnings);
    }

    @Override
    public void clearWarnings() throws SQLException {
        tell(ResultSet::clearWarnings);
    }

    @Override
    public @Nullable String getCursorName() throws SQLException {
        return ask(ResultSet::getCursorName);
    }

    @Override
    public boolean isBeforeFirst() throws SQLException {
        return ask(ResultSet::isBeforeFirst);
    }

    @Override
    public boolean isAfterLast() throws SQLException {
        return ask(ResultSet::isAfterLast);
    }

    @Override
    public boolean isFirst() throws SQLException {
        return ask(ResultSet::isFirst);
    }

    @Override
    public boolean isLast() throws SQLException {
        return ask(ResultSet::isLast);
    }

    @Override
    public void beforeFirst() throws SQLException {
        tell(ResultSet::beforeFirst);
    }

    @Override
    public void afterLast() throws SQLException {
        tell(ResultSet::afterLast);
    }

    @Override
    public boolean first() throws SQLException {
        return ask(ResultSet::first);
    }

    @Override
    public boolean last() throws SQLException {
        return ask(ResultSet::last);
    }

    @Override
    public int getRow() throws SQLException {
        return ask(ResultSet::getRow);
    }

    @Override
    public boolean absolute(int row) throws SQLException {
        return ask(rows -> rows.absolute(row));
    }

    @Override
    public boolean relative(int rowCount) throws SQLException {
        return ask(rows -> rows.relative(rowCount));
    }

    @Override
    public boolean previous() throws SQLException {
        return ask(ResultSet::previous);
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        tell(rows -> rows.setFetchDirection(direction));
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return ask(ResultSet::getFetchDirection);
    }

    @Override
    public void setFetchSize(int rowCount) throws SQLException {
        tell(rows -> rows.setFetchSize(rowCount));
    }

    @Override
    public int getFetchSize() throws SQLException {
        return ask(ResultSet::getFetchSize);
    }

    @Override
    public int getType() throws SQLException {
        return ask(ResultSet::getType);
    }

    @Override
    public int getConcurrency() throws SQLException {
        return ask(ResultSet::getConcurrency);
    }

    @Override
    public int getHoldability() throws SQLException {
        raw();
        return statement.getResultSetHoldability();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : statement.handOut(() -> raw().unwrap(type));
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || raw().isWrapperFor(type);
    }

    /** A call that returns nothing. */
    @FunctionalInterface
    private interface Command {
        void on(ResultSet target) throws SQLException;
    }

    private void tell(Command command) throws SQLException {
        this.<@Nullable Void>ask(rows -> {
            command.on(rows);
            return null;
        });
    }
}
