package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever reads a result while the pool takes the connection away is told why, however the driver stumbles over it. The native
 * result is a stand-in, because a real one fails in one of these ways by chance alone.
 */
@Timeout(60)
class CutOffResultTest {
    private static final Map<Class<?>, Object> ARGUMENTS = Map.of(
            int.class,
            1,
            String.class,
            "a",
            Class.class,
            Integer.class,
            Map.class,
            Map.of(),
            Calendar.class,
            Calendar.getInstance());

    private static final Set<String> READING = Set.of("next", "wasNull", "findColumn");

    static Stream<Supplier<Exception>> stumbles() {
        return Stream.of(
                () -> new SQLException("ResultSet was closed"),
                () -> new NullPointerException("conn_ref"),
                () -> new IllegalStateException("closed"));
    }

    private static LentResultSet rows(LentConnection c, Supplier<Exception> stumble) throws SQLException {
        ResultSet broken = (ResultSet) Proxy.newProxyInstance(
                CutOffResultTest.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, args) -> {
                    throw stumble.get();
                });
        return new LentResultSet((LentStatement) c.createStatement(), broken);
    }

    private static boolean reads(Method method) {
        return READING.contains(method.getName())
                || (method.getName().startsWith("get")
                        && method.getParameterCount() > 0
                        && (method.getParameterTypes()[0] == int.class
                                || method.getParameterTypes()[0] == String.class));
    }

    private static @Nullable Object call(ResultSet rows, Method method) throws Throwable {
        Object[] arguments =
                Arrays.stream(method.getParameterTypes()).map(ARGUMENTS::get).toArray();
        try {
            return method.invoke(rows, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @ParameterizedTest
    @MethodSource("stumbles")
    void everyWayOfReadingSaysWhyTheConnectionWasCutOff(Supplier<Exception> stumble) throws Exception {
        try (OneSlot slot = new OneSlot()) {
            slot.whyEnded = "another process waits";
            int tried = 0;
            for (Method method : ResultSet.class.getMethods()) {
                if (!reads(method)) {
                    continue;
                }
                LentConnection c = slot.borrowWhenFree();
                LentResultSet rows = rows(c, stumble);
                c.close();
                // As in the moment in which the pool has claimed the borrow, and not yet taken the result away.
                tried++;
                assertThatCode(() -> call(rows, method))
                        .as(method.toString())
                        .isInstanceOf(SQLNonTransientConnectionException.class)
                        .hasMessage("connection was cut off: another process waits");
            }
            assertThat(tried).isGreaterThan(50);
        }
    }

    /** An unchecked exception of the driver is its own affair, but its session is not lent again. */
    @Test
    void withoutACutOffWhatTheDriverThrowsIsThrown() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            try (Connection c = slot.borrow()) {
                LentResultSet rows = rows((LentConnection) c, () -> new NullPointerException("conn_ref"));
                assertThatCode(() -> rows.getInt(1)).isInstanceOf(NullPointerException.class);
            }
            assertThat(slot.discarded).isEqualTo(1);
        }
    }

    /** To close what the pool has taken away is no error, and the native result ends however late that is. */
    @Test
    void aResultThatIsClosedTooLateIsClosedAllTheSame() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            slot.whyEnded = "another process waits";
            AtomicInteger closed = new AtomicInteger();
            LentConnection c = slot.borrow();
            ResultSet late = (ResultSet) Proxy.newProxyInstance(
                    CutOffResultTest.class.getClassLoader(),
                    new Class<?>[] {ResultSet.class},
                    (proxy, method, args) -> method.getName().equals("close") ? closed.incrementAndGet() : null);
            LentResultSet rows = new LentResultSet((LentStatement) c.createStatement(), late);
            c.abort(Runnable::run);
            rows.close();
            assertThat(closed).hasValue(1);
            rows.close();
            assertThat(closed).hasValue(1);
        }
    }

    /** The close of the connection comes after the last call, which is cancelled until it ends. */
    @Test
    void callsInFlightEndBeforeTheConnectionIsClosed() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            LentConnection c = slot.borrow();
            Session session = c.session();
            AtomicInteger cancels = new AtomicInteger();
            Statement stubborn = (Statement) Proxy.newProxyInstance(
                    CutOffResultTest.class.getClassLoader(),
                    new Class<?>[] {Statement.class},
                    (proxy, method, args) -> {
                        if (method.getName().equals("cancel") && cancels.incrementAndGet() == 3) {
                            assertThat(session.raw().isClosed()).isFalse();
                            session.exit();
                        }
                        return null;
                    });
            ((LentStatement) c.createStatement()).replace(stubborn);
            session.enter();
            c.abort(Runnable::run);
            assertThat(cancels).hasValue(3);
            assertThat(session.raw().isClosed()).isTrue();
        }
    }
}
