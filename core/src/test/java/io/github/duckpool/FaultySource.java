package io.github.duckpool;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A data source over one database in memory whose calls, down to those of its result sets, can be made to fail. Its connections
 * can't be unwrapped, so a pool asks it for each one. It knows which connections nobody tried to close.
 */
final class FaultySource extends UselessSource implements AutoCloseable {
    static final String FATAL = "FATAL Error: Failed: database has been invalidated because of a previous fatal error. "
            + "The database must be restarted prior to being used again.";

    private static final Set<Class<?>> WRAPPED = Set.of(Connection.class, Statement.class, ResultSet.class);

    private final DuckDBConnection anchor;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger calls = new AtomicInteger();
    final List<String> trace = new CopyOnWriteArrayList<>();

    /** Which call fails, counted from 1; 0 for none. */
    volatile int failAt;

    /** The call that next fails after it was carried out, such as {@code Connection.commit}; null for none. */
    volatile @Nullable String failAfter;

    /** Whether it fails only after it was done. */
    volatile boolean late;

    volatile Supplier<? extends Throwable> fault = () -> new SQLException("injected");

    /** The instance is invalid until its last connection was closed. */
    volatile boolean dead;

    /** What a close waits for; null for nothing. */
    volatile @Nullable CountDownLatch closeGate;

    /** What a COMMIT waits for, or an INSERT that commits by itself; null for nothing. */
    volatile @Nullable CountDownLatch commitGate;

    /** Whether those fail. */
    volatile boolean failCommit;

    /** Counted down when one waits there. */
    final CountDownLatch committing = new CountDownLatch(1);

    FaultySource() throws SQLException {
        anchor = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = anchor.createStatement()) {
            statement.execute("CREATE TABLE t (x INTEGER)");
        }
    }

    int calls() {
        return calls.get();
    }

    int open() {
        return open.size();
    }

    /** What is committed, in the order in which it was inserted. */
    List<Integer> values() throws SQLException {
        List<Integer> values = new ArrayList<>();
        try (Connection c = anchor.duplicate();
                Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("SELECT x FROM t ORDER BY rowid")) {
            while (rows.next()) {
                values.add(rows.getInt(1));
            }
        }
        return values;
    }

    int rows() throws SQLException {
        try (Connection c = anchor.duplicate()) {
            return DuckPoolTest.intOf(c, "SELECT count(*) FROM t");
        }
    }

    /** Counts a call, and fails it if it is the one; true if it is to fail when it is done. */
    private boolean call(String what) throws Throwable {
        int n = calls.incrementAndGet();
        trace.add(what);
        if (n == failAt && !late) {
            throw fault.get();
        }
        return n == failAt;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            call("DataSource.getConnection");
        } catch (Throwable e) {
            throw FaultySource.<RuntimeException>sneaky(e);
        }
        Connection real = anchor.duplicate();
        open.add(real);
        return (Connection) wrap(real, Connection.class, real);
    }

    private Object wrap(Object real, Class<?> type, Connection connection) {
        return Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, args) -> invoke(real, type, method, args, connection));
    }

    private @Nullable Object invoke(
            Object real, Class<?> type, Method method, @Nullable Object @Nullable [] args, Connection connection)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return method.invoke(real, args);
        }
        boolean closes = type == Connection.class
                && (method.getName().equals("close") || method.getName().equals("abort"));
        if (closes) {
            CountDownLatch gate = closeGate;
            if (gate != null) {
                gate.await();
            }
            real(method, real, args); // what fails while it closes is closed all the same
            open.remove(connection);
            if (open.isEmpty()) {
                dead = false;
            }
        }
        boolean fails = call(type.getSimpleName() + "." + method.getName());
        if (closes) {
            return null;
        }
        if (method.getName().equals("isWrapperFor")) {
            return false;
        }
        if (dead && method.getName().startsWith("execute")) {
            throw new SQLException(FATAL);
        }
        CountDownLatch gate = commitGate;
        boolean commits = (gate != null || failCommit) && isCommit(real, method, connection);
        if (commits && gate != null) {
            committing.countDown();
            WriteFixture.uninterrupted(gate);
        }
        if (commits && failCommit && !late) {
            throw fault.get();
        }
        Object result = real(method, real, args);
        if (fails || (commits && failCommit)) {
            throw fault.get();
        }
        if ((type.getSimpleName() + "." + method.getName()).equals(failAfter)) {
            failAfter = null;
            throw fault.get();
        }
        for (Class<?> wrapped : WRAPPED) {
            if (wrapped.isInstance(result) && method.getReturnType().isInterface()) {
                return wrap(result, method.getReturnType(), connection);
            }
        }
        return result;
    }

    private static boolean isCommit(Object real, Method method, Connection connection) throws SQLException {
        return method.getName().equals("commit")
                || (real instanceof PreparedStatement
                        && method.getName().startsWith("execute")
                        && method.getParameterCount() == 0
                        && connection.getAutoCommit());
    }

    private static @Nullable Object real(Method method, Object real, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(real, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable e) throws E {
        throw (E) e;
    }

    @Override
    public void close() throws SQLException {
        anchor.close();
    }
}
