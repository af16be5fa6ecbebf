package io.github.duckpool.internal.pool;

import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement handle. At its close the native statement goes to the session's cache, unless it failed, still holds
 * batched rows, or its SQL touches the session.
 */
final class LentPreparedStatement extends ParameterValues {
    private final String sql;
    private final int touch;
    private final boolean reused;
    private boolean poolable;
    private boolean batched;

    /**
     * Makes a handle.
     *
     * @param touch what the SQL may do to the session
     * @param cacheable whether the native statement was prepared without anything but the SQL
     * @param reused whether it comes from the cache
     */
    LentPreparedStatement(
            LentConnection connection,
            PreparedStatement raw,
            String sql,
            int touch,
            boolean cacheable,
            boolean reused) {
        super(connection, raw);
        this.sql = sql;
        this.touch = touch;
        this.poolable = cacheable && touch == SessionTouch.CLEAN;
        this.reused = reused;
    }

    private static PreparedStatement prepared(Statement raw) {
        return (PreparedStatement) raw;
    }

    @Override
    void release(Statement raw) throws SQLException {
        if (poolable && !batched && !hasFailed()) {
            untune(raw);
            prepared(raw).clearParameters();
            connection.session().statements().put(sql, prepared(raw));
        } else {
            raw.close();
        }
    }

    @Override
    void refuseIfPrepared() throws SQLException {
        raw();
        throw new SQLException("a prepared statement has its SQL already", "HY010");
    }

    @Override
    void set(Setting setting) throws SQLException {
        this.<@Nullable Void>ask(s -> {
            setting.on(prepared(s));
            return null;
        });
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        ResultSet rows = this.<@Nullable ResultSet>run(
                sql, touch, null, s -> result(prepared(s).executeQuery()));
        if (rows == null) {
            throw new SQLException("executeQuery() needs SQL that returns rows", "02000");
        }
        return rows;
    }

    @Override
    public int executeUpdate() throws SQLException {
        return run(sql, touch, 0, s -> prepared(s).executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return run(sql, touch, 0L, s -> prepared(s).executeLargeUpdate());
    }

    @Override
    public boolean execute() throws SQLException {
        return run(sql, touch, false, s -> resultIf(prepared(s).execute(), s));
    }

    @Override
    public void clearParameters() throws SQLException {
        set(PreparedStatement::clearParameters);
    }

    @Override
    public void addBatch() throws SQLException {
        batched = true;
        set(PreparedStatement::addBatch);
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        refuseIfPrepared();
    }

    @Override
    public void clearBatch() throws SQLException {
        super.clearBatch();
        batched = false;
    }

    @Override
    public int[] executeBatch() throws SQLException {
        int[] counts = runBatch(sql, touch, new int[0], Statement::executeBatch);
        batched = false;
        return counts;
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        long[] counts = runBatch(sql, touch, new long[0], Statement::executeLargeBatch);
        batched = false;
        return counts;
    }

    /**
     * Describes the result. A statement from the cache may have been prepared before DDL of another connection, after which
     * it would run as the new catalog says and describe itself as of old; so this one is asked of a fresh one.
     */
    @Override
    public @Nullable ResultSetMetaData getMetaData() throws SQLException {
        return describe(PreparedStatement::getMetaData);
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        return describe(PreparedStatement::getParameterMetaData);
    }

    private <T extends @Nullable Object> T describe(ConnectionDelegates.Call<PreparedStatement, T> call)
            throws SQLException {
        if (!reused) {
            return ask(s -> call.on(prepared(s)));
        }
        raw();
        return connection.ask(raw -> {
            try (PreparedStatement fresh = raw.prepareStatement(sql)) {
                return call.on(fresh);
            }
        });
    }

    @Override
    public void setPoolable(boolean poolable) throws SQLException {
        raw();
        this.poolable &= poolable;
    }

    @Override
    public boolean isPoolable() throws SQLException {
        raw();
        return poolable;
    }
}
