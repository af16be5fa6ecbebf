package io.github.duckpool.retry;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * The connection that a unit of work gets. It refuses to end the transaction, because a part that was committed would be done
 * twice when the whole is retried, and it is of no use after the attempt it was made for.
 */
final class TransactionHandle implements InvocationHandler, AutoCloseable {
    private final Connection connection;
    private final Connection proxy;
    private volatile boolean closed;

    TransactionHandle(Connection connection) {
        this.connection = connection;
        this.proxy = (Connection) Proxy.newProxyInstance(
                TransactionHandle.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    Connection connection() {
        return proxy;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments) throws Throwable {
        switch (method.getName()) {
            case "close" -> {
                return null; // whoever lent it closes it
            }
            case "isClosed" -> {
                return closed || connection.isClosed();
            }
            case "equals" -> {
                return arguments != null && self == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(self);
            }
            case "toString" -> {
                return "transaction on " + connection;
            }
            case "setAutoCommit" -> {
                if (arguments != null && Boolean.FALSE.equals(arguments[0])) {
                    return null; // it is off
                }
                throw refused(method);
            }
            case "commit", "rollback" -> throw refused(method);
            default -> {
                return pass(method, arguments);
            }
        }
    }

    private static SQLException refused(Method method) {
        return new SQLException(
                method.getName() + " is refused here: the unit of work is committed or rolled back as a whole",
                "2D000");
    }

    private @Nullable Object pass(Method method, Object @Nullable [] arguments) throws Throwable {
        if (closed) {
            throw new SQLNonTransientConnectionException(
                    "the unit of work this connection was lent to is over", "08003");
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
