package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.pool.ConnectionDelegates.Call;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The life of a statement handle: it holds the native statement until it is closed, by its user or by the end of the borrow,
 * and whatever runs passes through here.
 */
abstract class StatementCore implements Statement {
    /** Links of {@link OpenStatements}. */
    @Nullable
    LentStatement previous;

    @Nullable
    LentStatement next;

    final LentConnection connection;
    private @Nullable Statement raw;
    private @Nullable LentResultSet result;
    private @Nullable LentResultSet generatedKeys;
    private boolean closeOnCompletion;
    private boolean failed;
    private int timeoutSeconds;

    /** How many rows of a result its reader is shown; 0 for all. */
    private long maxRows;

    StatementCore(LentConnection connection, Statement raw) {
        this.connection = connection;
        this.raw = raw;
    }

    abstract LentStatement self();

    /** Gives up the native statement: closes it, or keeps it for the next user. */
    abstract void release(Statement raw) throws SQLException;

    final Statement raw() throws SQLException {
        Statement present = raw;
        if (present == null) {
            throw connection.closed("statement");
        }
        return present;
    }

    final @Nullable Statement rawOrNull() {
        return raw;
    }

    /** Replaces a native statement that an error closed. */
    final void replace(Statement fresh) throws SQLException {
        raw = fresh;
        failed = false;
        if (timeoutSeconds > 0) {
            fresh.setQueryTimeout(timeoutSeconds);
        }
    }

    final long maxRows() {
        return maxRows;
    }

    final void maxRows(long max) {
        maxRows = max;
    }

    final boolean hasFailed() {
        return failed;
    }

    final int timeoutSeconds() {
        return timeoutSeconds;
    }

    /**
     * Runs SQL.
     *
     * @param touch what the SQL may do to the session, from {@link SessionTouch}
     * @param none what to return when the SQL turned out to be a commit or rollback that the handle itself carried out
     */
    final <T extends @Nullable Object> T run(String sql, int touch, T none, Call<Statement, T> call)
            throws SQLException {
        Session session = connection.enterWork();
        try {
            Statement target = raw();
            // They end with the next execution, and the 1.4 driver forgets those that it has handed out.
            closeResult();
            return touch == SessionTouch.CLEAN
                    ? call.on(target)
                    : SessionSql.run(session, sql, touch, none, () -> call.on(target));
        } catch (SQLException e) {
            throw workFailed(session, e);
        } catch (RuntimeException e) {
            failed = true;
            throw connection.unchecked(e);
        } finally {
            session.exit();
        }
    }

    /** Runs what was batched, as one transaction in auto-commit mode. */
    final <T> T runBatch(String sql, int touch, T none, Call<Statement, T> call) throws SQLException {
        return run(sql, touch, none, s -> connection.session().transaction().inOne(() -> call.on(s)));
    }

    private SQLException workFailed(Session session, SQLException e) {
        failed = true;
        session.transaction().failed(e);
        return connection.failed(e);
    }

    /** Notes that reading a result failed, which fails the statement that streams it. */
    final SQLException fetchFailed(SQLException e) {
        return workFailed(connection.session(), e);
    }

    /**
     * Asks the native statement for what needs no database. Announced like any call: the native statement may be in the cache
     * and in the hands of the next borrower by the time the call is made.
     */
    final <T extends @Nullable Object> T ask(Call<Statement, T> call) throws SQLException {
        Session session = connection.enter();
        try {
            return call.on(raw());
        } catch (SQLException e) {
            throw connection.failed(e);
        } catch (RuntimeException e) {
            throw connection.unchecked(e);
        } finally {
            session.exit();
        }
    }

    /** The handle of a native result, which is the statement's current one from now on. */
    final LentResultSet result(ResultSet rows) {
        LentResultSet handle = new LentResultSet(self(), rows);
        connection.session().transaction().gaveResult();
        if (maxRows > 0) {
            handle.endAfter(maxRows);
        }
        result = handle;
        return handle;
    }

    /** The same for execute(), which leaves it to the caller to fetch the result or not. */
    final boolean resultIf(boolean any, Statement target) throws SQLException {
        if (any) {
            ResultSet rows = target.getResultSet();
            if (rows != null) {
                result(rows);
            }
        }
        return any;
    }

    final boolean hasUnreadResult() {
        return result != null && result.isUnread();
    }

    final void closeResult() {
        if (result != null) {
            result.closeQuietly();
            result = null;
        }
        if (generatedKeys != null) {
            generatedKeys.closeQuietly();
            generatedKeys = null;
        }
    }

    /** A result was closed by its user. */
    final void resultClosed(LentResultSet closed) throws SQLException {
        if (closed == result) {
            result = null;
            if (closeOnCompletion) {
                close();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        Statement mine = raw;
        if (mine == null) {
            return;
        }
        if (!connection.tryEnter()) {
            disown();
            return;
        }
        Session session = connection.session();
        try {
            session.open().remove(self());
            raw = null;
            closeResult();
            release(mine);
        } catch (SQLException e) {
            throw connection.failed(e);
        } finally {
            session.exit();
        }
    }

    /** Closes it because the borrow ends. */
    final void closeAtReturn() {
        Statement mine = raw;
        raw = null;
        closeResult();
        if (mine != null) {
            try {
                release(mine);
            } catch (SQLException e) {
                connection.session().mark(Session.SUSPECT);
            }
        }
    }

    /** Takes the native objects away; they end with the session. */
    final @Nullable Statement disown() {
        Statement mine = raw;
        raw = null;
        if (result != null) {
            result.disown();
            result = null;
        }
        if (generatedKeys != null) {
            generatedKeys.disown();
            generatedKeys = null;
        }
        return mine;
    }

    @Override
    public boolean isClosed() {
        return raw == null || connection.isClosed();
    }

    @Override
    public Connection getConnection() throws SQLException {
        raw();
        connection.check();
        return connection;
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        raw();
        return result;
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        LentResultSet handle = new LentResultSet(self(), ask(Statement::getGeneratedKeys));
        generatedKeys = handle;
        return handle;
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return getMoreResults(CLOSE_CURRENT_RESULT);
    }

    @Override
    public boolean getMoreResults(int current) throws SQLException {
        raw();
        if (current != KEEP_CURRENT_RESULT) {
            closeResult();
        }
        return ask(s -> s.getMoreResults(current));
    }

    @Override
    public final void closeOnCompletion() throws SQLException {
        raw();
        closeOnCompletion = true;
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        raw();
        return closeOnCompletion;
    }

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        this.<@Nullable Void>ask(s -> {
            s.setQueryTimeout(seconds);
            return null;
        });
        timeoutSeconds = seconds;
    }

    /** Does nothing while a COMMIT runs: interrupted, it would report failure for what is durable. */
    @Override
    public void cancel() throws SQLException {
        Session session = connection.enter();
        try {
            session.transaction().commits().cancel(raw());
        } catch (SQLException e) {
            throw connection.failed(e);
        } finally {
            session.exit();
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        return handOut(() -> raw().unwrap(type));
    }

    /** Gives a native object away, after which the session can't be lent again. */
    final <T> T handOut(Transaction.Work<T> unwrapping) throws SQLException {
        return connection.handOut(unwrapping);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || raw().isWrapperFor(type);
    }
}
