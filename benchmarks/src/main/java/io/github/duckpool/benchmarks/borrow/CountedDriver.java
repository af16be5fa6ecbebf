package io.github.duckpool.benchmarks.borrow;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The driver of {@code jdbc:counted:FILE}: DuckDB's connections, which count how often a statement is prepared. */
public final class CountedDriver extends UrlDriver {
    public static final String URL = "jdbc:counted:";
    private static final AtomicLong PREPARED = new AtomicLong();

    static {
        try {
            DriverManager.registerDriver(new CountedDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** For the {@link DriverManager} and pools that make it by its name. */
    public CountedDriver() {
        super(URL);
    }

    /** How many statements all connections have prepared. */
    public static long prepared() {
        return PREPARED.get();
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        // No properties: an empty user would be another configuration of the same file.
        Connection connection = DriverManager.getConnection("jdbc:duckdb:" + url.substring(URL.length()));
        return (Connection) Proxy.newProxyInstance(
                CountedDriver.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    String name = method.getName();
                    if (name.equals("unwrap")) {
                        // Who had the connection inside would make others of it, which nobody counts.
                        throw new SQLException("a counted connection is not unwrapped");
                    }
                    if (name.equals("isWrapperFor")) {
                        return false;
                    }
                    // Not the connection inside: it would not equal the proxy, and a pool that looks its statements up
                    // by their
                    // connection would find none.
                    if (name.equals("equals")) {
                        return proxy == arguments[0];
                    }
                    if (name.equals("hashCode")) {
                        return System.identityHashCode(proxy);
                    }
                    if (name.equals("prepareStatement")) {
                        PREPARED.incrementAndGet();
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
