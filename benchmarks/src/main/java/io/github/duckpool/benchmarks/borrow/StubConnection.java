package io.github.duckpool.benchmarks.borrow;

import java.sql.*;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A connection to nothing: what a pool asks on borrow and return is answered at once, so that only the pool's own cost shows. */
class StubConnection implements Connection {
    @Override
    public void abort(Executor a) {}

    @Override
    public void clearWarnings() {}

    @Override
    public void commit() {}

    @Override
    public Array createArrayOf(String a, Object[] b) {
        throw unsupported();
    }

    @Override
    public Blob createBlob() {
        throw unsupported();
    }

    @Override
    public Clob createClob() {
        throw unsupported();
    }

    @Override
    public NClob createNClob() {
        throw unsupported();
    }

    @Override
    public SQLXML createSQLXML() {
        throw unsupported();
    }

    @Override
    public Statement createStatement() throws SQLException {
        throw unsupported();
    }

    @Override
    public Statement createStatement(int a, int b) throws SQLException {
        throw unsupported();
    }

    @Override
    public Statement createStatement(int a, int b, int c) throws SQLException {
        throw unsupported();
    }

    @Override
    public Struct createStruct(String a, Object[] b) {
        throw unsupported();
    }

    @Override
    public boolean getAutoCommit() {
        return true;
    }

    @Override
    public String getCatalog() {
        return "stub";
    }

    @Override
    public int getHoldability() {
        return ResultSet.CLOSE_CURSORS_AT_COMMIT;
    }

    @Override
    public DatabaseMetaData getMetaData() {
        throw unsupported();
    }

    @Override
    public int getNetworkTimeout() {
        return 0;
    }

    @Override
    public String getSchema() {
        return "stub";
    }

    @Override
    public int getTransactionIsolation() {
        return TRANSACTION_REPEATABLE_READ;
    }

    @Override
    public @Nullable SQLWarning getWarnings() {
        return null;
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public boolean isValid(int a) {
        return true;
    }

    @Override
    public String nativeSQL(String a) {
        return a;
    }

    @Override
    public CallableStatement prepareCall(String a) throws SQLException {
        throw unsupported();
    }

    @Override
    public CallableStatement prepareCall(String a, int b, int c) throws SQLException {
        throw unsupported();
    }

    @Override
    public CallableStatement prepareCall(String a, int b, int c, int d) throws SQLException {
        throw unsupported();
    }

    @Override
    public PreparedStatement prepareStatement(String a) throws SQLException {
        throw unsupported();
    }

    @Override
    public PreparedStatement prepareStatement(String a, int b) throws SQLException {
        throw unsupported();
    }

    @Override
    public PreparedStatement prepareStatement(String a, int[] b) throws SQLException {
        throw unsupported();
    }

    @Override
    public PreparedStatement prepareStatement(String a, String[] b) throws SQLException {
        throw unsupported();
    }

    @Override
    public PreparedStatement prepareStatement(String a, int b, int c) throws SQLException {
        throw unsupported();
    }

    @Override
    public PreparedStatement prepareStatement(String a, int b, int c, int d) throws SQLException {
        throw unsupported();
    }

    @Override
    public void releaseSavepoint(Savepoint a) {}

    @Override
    public void rollback() {}

    @Override
    public void rollback(Savepoint a) {}

    @Override
    public void setAutoCommit(boolean a) {}

    @Override
    public void setCatalog(String a) {}

    @Override
    public void setClientInfo(Properties a) {}

    @Override
    public void setClientInfo(String a, String b) {}

    @Override
    public void setHoldability(int a) {}

    @Override
    public void setNetworkTimeout(Executor a, int b) {}

    @Override
    public void setReadOnly(boolean a) {}

    @Override
    public Savepoint setSavepoint() {
        throw unsupported();
    }

    @Override
    public Savepoint setSavepoint(String a) {
        throw unsupported();
    }

    @Override
    public void setSchema(String a) {}

    @Override
    public void setTransactionIsolation(int a) {}

    @Override
    public void setTypeMap(Map<String, Class<?>> a) {}

    @Override
    public void close() throws SQLException {}

    @Override
    public Map<String, Class<?>> getTypeMap() {
        return Map.of();
    }

    @Override
    public Properties getClientInfo() {
        return new Properties();
    }

    @Override
    public @Nullable String getClientInfo(String name) {
        return null;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw unsupported();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    private static RuntimeException unsupported() {
        return new UnsupportedOperationException("the stub runs no SQL");
    }
}
