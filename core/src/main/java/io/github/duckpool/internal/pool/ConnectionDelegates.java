package io.github.duckpool.internal.pool;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Struct;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part of a connection handle that passes calls on as they are, or refuses what DuckDB has no idea of. */
abstract class ConnectionDelegates implements Connection {

    /** A call on something native. */
    @FunctionalInterface
    interface Call<S, T extends @Nullable Object> {
        T on(S target) throws SQLException;
    }

    /** Throws if the handle is closed. */
    abstract void check() throws SQLException;

    /** Runs a call on the native connection. */
    abstract <T extends @Nullable Object> T ask(Call<Connection, T> call) throws SQLException;

    @Override
    public String nativeSQL(String sql) throws SQLException {
        check();
        return sql;
    }

    @Override
    public @Nullable String getCatalog() throws SQLException {
        return ask(Connection::getCatalog);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        return ask(Connection::getSchema);
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return ask(Connection::getWarnings);
    }

    @Override
    public void clearWarnings() throws SQLException {
        this.<@Nullable Void>ask(raw -> {
            raw.clearWarnings();
            return null;
        });
    }

    @Override
    public Array createArrayOf(String typeName, @Nullable Object[] elements) throws SQLException {
        return ask(raw -> raw.createArrayOf(typeName, elements));
    }

    @Override
    public Struct createStruct(String typeName, @Nullable Object[] attributes) throws SQLException {
        return ask(raw -> raw.createStruct(typeName, attributes));
    }

    @Override
    public Clob createClob() throws SQLException {
        return ask(Connection::createClob);
    }

    @Override
    public Blob createBlob() throws SQLException {
        return ask(Connection::createBlob);
    }

    @Override
    public NClob createNClob() throws SQLException {
        return ask(Connection::createNClob);
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return ask(Connection::createSQLXML);
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        check();
        return new HashMap<>();
    }

    @Override
    public void setTypeMap(@Nullable Map<String, Class<?>> map) throws SQLException {
        check();
        if (map != null && !map.isEmpty()) {
            throw unsupported("a type map");
        }
    }

    /** DuckDB's transactions are snapshots: whoever asks for less gets that, and more there is not. */
    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        check();
        switch (level) {
            case TRANSACTION_READ_UNCOMMITTED, TRANSACTION_READ_COMMITTED, TRANSACTION_REPEATABLE_READ -> {}
            case TRANSACTION_SERIALIZABLE -> throw unsupported("isolation above repeatable read");
            default -> throw new SQLException("no transaction isolation level: " + level, "22023");
        }
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        check();
        return TRANSACTION_REPEATABLE_READ;
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        check();
        throw unsupported("a callable statement");
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return prepareCall(sql);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return prepareCall(sql);
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        check();
        throw unsupported("a savepoint");
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return setSavepoint();
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        setSavepoint();
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        setSavepoint();
    }

    static SQLException unsupported(String what) {
        return new SQLFeatureNotSupportedException("DuckDB does not support " + what, "0A000");
    }
}
