package io.github.duckpool.internal.pool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Metadata that ends with the borrow: each call passes the same check as any other, and what it returns are handles. A proxy,
 * because 180 methods are treated alike and none of them is hot.
 */
final class LentMetaData implements InvocationHandler {
    private final LentConnection connection;
    private final DatabaseMetaData raw;

    private LentMetaData(LentConnection connection, DatabaseMetaData raw) {
        this.connection = connection;
        this.raw = raw;
    }

    static DatabaseMetaData of(LentConnection connection, DatabaseMetaData raw) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                LentMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                new LentMetaData(connection, raw));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        return switch (method.getName()) {
            case "equals" -> args != null && proxy == args[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "metadata of " + connection;
            case "getConnection" -> {
                connection.check();
                yield connection;
            }
            case "getResultSetHoldability" -> {
                connection.check();
                yield ResultSet.HOLD_CURSORS_OVER_COMMIT;
            }
            case "getSQLStateType" -> answer(DatabaseMetaData.sqlStateSQL);
            case "getRowIdLifetime" -> answer(RowIdLifetime.ROWID_UNSUPPORTED);
            case "locatorsUpdateCopy", "autoCommitFailureClosesAllResultSets", "generatedKeyAlwaysReturned" ->
                answer(false);
            case "unwrap", "isWrapperFor" -> wrapper(proxy, method, args);
            case "getDriverMajorVersion", "getDriverMinorVersion" -> call(method, args);
            default -> connection.<@Nullable Object>ask(ignored -> handle(call(method, args)));
        };
    }

    /** What the driver does not answer, and frameworks ask for when they start. */
    private Object answer(Object fixed) throws SQLException {
        connection.check();
        return fixed;
    }

    private @Nullable Object wrapper(Object proxy, Method method, @Nullable Object @Nullable [] args)
            throws SQLException {
        if (args != null && args[0] instanceof Class<?> type && type.isInstance(proxy)) {
            connection.check();
            return method.getName().equals("unwrap") ? proxy : (Object) true;
        }
        return method.getName().equals("unwrap")
                ? connection.<@Nullable Object>handOut(() -> call(method, args))
                : connection.<@Nullable Object>ask(ignored -> call(method, args));
    }

    private @Nullable Object handle(@Nullable Object answer) throws SQLException {
        return answer instanceof ResultSet rows ? LentStatement.around(connection, rows) : answer;
    }

    private @Nullable Object call(Method method, @Nullable Object @Nullable [] args) throws SQLException {
        try {
            return method.invoke(raw, args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
