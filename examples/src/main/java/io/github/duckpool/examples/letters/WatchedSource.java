package io.github.duckpool.examples.letters;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.duckdb.DuckDBDriver;

/**
 * A data source as a service might have it already. The pool asks it for one connection each time it opens the file, and
 * closes that one last: so it knows when the file is held.
 */
final class WatchedSource implements DataSource {
    private final String url;
    private final TurnWatch watch;

    WatchedSource(Path file, TurnWatch watch) {
        this.url = "jdbc:duckdb:" + file;
        this.watch = watch;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = new DuckDBDriver().connect(url, new Properties());
        if (connection == null) {
            throw new SQLException("no DuckDB URL: " + url);
        }
        watch.opened();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    boolean open = !connection.isClosed();
                    try {
                        return method.invoke(connection, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (open && connection.isClosed()) {
                            watch.closed();
                        }
                    }
                });
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("is no wrapper for " + type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
