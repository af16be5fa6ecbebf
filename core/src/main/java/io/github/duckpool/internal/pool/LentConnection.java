package io.github.duckpool.internal.pool;

import java.sql.*;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

/** What a borrower holds: a connection that is theirs until they close it, and powerless afterwards. */
public final class LentConnection implements Connection {
    private final Lending lending;
    private final Session session;
    private final int stamp;

    /**
     * A handle for a borrow by the current thread.
     *
     * @param lending the slot that lends
     * @param session the session in the slot
     * @param stamp the stamp of this borrow
     */
    public LentConnection(Lending lending, Session session, int stamp) {
        this.lending = lending;
        this.session = session;
        this.stamp = stamp;
    }

    /**
     * A handle for a borrow that a future hands over: it belongs to the thread that uses it first.
     *
     * @param lending the slot that lends
     * @param session the session in the slot
     * @param stamp the stamp of this borrow
     * @return the handle
     */
    public static LentConnection forFirstUser(Lending lending, Session session, int stamp) {
        return new LentConnection(lending, session, stamp);
    }

    private Connection raw() throws SQLException {
        if (!lending.isLent(stamp)) {
            throw new SQLNonTransientConnectionException("connection is closed", "08003");
        }
        return session.raw();
    }

    private Connection rawOrClosed() throws SQLClientInfoException {
        return session.raw();
    }

    @Override
    public void close() throws SQLException {
        lending.giveBack(stamp);
    }

    @Override
    public boolean isClosed() throws SQLException {
        return !lending.isLent(stamp);
    }

    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        return raw().unwrap(iface);
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        return raw().isWrapperFor(iface);
    }

    @Override
    public Statement createStatement() throws SQLException {
        return raw().createStatement();
    }

    @Override
    public PreparedStatement prepareStatement(String a0) throws SQLException {
        return raw().prepareStatement(a0);
    }

    @Override
    public CallableStatement prepareCall(String a0) throws SQLException {
        return raw().prepareCall(a0);
    }

    @Override
    public String nativeSQL(String a0) throws SQLException {
        return raw().nativeSQL(a0);
    }

    @Override
    public void setAutoCommit(boolean a0) throws SQLException {
        raw().setAutoCommit(a0);
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        return raw().getAutoCommit();
    }

    @Override
    public void commit() throws SQLException {
        raw().commit();
    }

    @Override
    public void rollback() throws SQLException {
        raw().rollback();
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return raw().getMetaData();
    }

    @Override
    public void setReadOnly(boolean a0) throws SQLException {
        raw().setReadOnly(a0);
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return raw().isReadOnly();
    }

    @Override
    public void setCatalog(String a0) throws SQLException {
        raw().setCatalog(a0);
    }

    @Override
    public String getCatalog() throws SQLException {
        return raw().getCatalog();
    }

    @Override
    public void setTransactionIsolation(int a0) throws SQLException {
        raw().setTransactionIsolation(a0);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return raw().getTransactionIsolation();
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        return raw().getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        raw().clearWarnings();
    }

    @Override
    public Statement createStatement(int a0, int a1) throws SQLException {
        return raw().createStatement(a0, a1);
    }

    @Override
    public PreparedStatement prepareStatement(String a0, int a1, int a2) throws SQLException {
        return raw().prepareStatement(a0, a1, a2);
    }

    @Override
    public CallableStatement prepareCall(String a0, int a1, int a2) throws SQLException {
        return raw().prepareCall(a0, a1, a2);
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return raw().getTypeMap();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> a0) throws SQLException {
        raw().setTypeMap(a0);
    }

    @Override
    public void setHoldability(int a0) throws SQLException {
        raw().setHoldability(a0);
    }

    @Override
    public int getHoldability() throws SQLException {
        return raw().getHoldability();
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        return raw().setSavepoint();
    }

    @Override
    public Savepoint setSavepoint(String a0) throws SQLException {
        return raw().setSavepoint(a0);
    }

    @Override
    public void rollback(Savepoint a0) throws SQLException {
        raw().rollback(a0);
    }

    @Override
    public void releaseSavepoint(Savepoint a0) throws SQLException {
        raw().releaseSavepoint(a0);
    }

    @Override
    public Statement createStatement(int a0, int a1, int a2) throws SQLException {
        return raw().createStatement(a0, a1, a2);
    }

    @Override
    public PreparedStatement prepareStatement(String a0, int a1, int a2, int a3) throws SQLException {
        return raw().prepareStatement(a0, a1, a2, a3);
    }

    @Override
    public CallableStatement prepareCall(String a0, int a1, int a2, int a3) throws SQLException {
        return raw().prepareCall(a0, a1, a2, a3);
    }

    @Override
    public PreparedStatement prepareStatement(String a0, int a1) throws SQLException {
        return raw().prepareStatement(a0, a1);
    }

    @Override
    public PreparedStatement prepareStatement(String a0, int[] a1) throws SQLException {
        return raw().prepareStatement(a0, a1);
    }

    @Override
    public PreparedStatement prepareStatement(String a0, String[] a1) throws SQLException {
        return raw().prepareStatement(a0, a1);
    }

    @Override
    public Clob createClob() throws SQLException {
        return raw().createClob();
    }

    @Override
    public Blob createBlob() throws SQLException {
        return raw().createBlob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return raw().createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return raw().createSQLXML();
    }

    @Override
    public boolean isValid(int a0) throws SQLException {
        return raw().isValid(a0);
    }

    @Override
    public void setClientInfo(String a0, String a1) throws SQLClientInfoException {
        rawOrClosed().setClientInfo(a0, a1);
    }

    @Override
    public void setClientInfo(Properties a0) throws SQLClientInfoException {
        rawOrClosed().setClientInfo(a0);
    }

    @Override
    public String getClientInfo(String a0) throws SQLException {
        return raw().getClientInfo(a0);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return raw().getClientInfo();
    }

    @Override
    public Array createArrayOf(String a0, Object[] a1) throws SQLException {
        return raw().createArrayOf(a0, a1);
    }

    @Override
    public Struct createStruct(String a0, Object[] a1) throws SQLException {
        return raw().createStruct(a0, a1);
    }

    @Override
    public void setSchema(String a0) throws SQLException {
        raw().setSchema(a0);
    }

    @Override
    public String getSchema() throws SQLException {
        return raw().getSchema();
    }

    @Override
    public void abort(Executor a0) throws SQLException {
        raw().abort(a0);
    }

    @Override
    public void setNetworkTimeout(Executor a0, int a1) throws SQLException {
        raw().setNetworkTimeout(a0, a1);
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return raw().getNetworkTimeout();
    }
}
