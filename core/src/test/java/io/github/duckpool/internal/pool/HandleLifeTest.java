package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From borrow to close, and after. */
class HandleLifeTest {
    /** What may be asked of a closed handle: JDBC says so, or it is told nothing about the database. */
    private static final Set<String> HARMLESS = Set.of(
            "close",
            "isClosed",
            "isValid",
            "abort",
            "equals",
            "hashCode",
            "toString",
            "beginRequest",
            "endRequest",
            "getDriverMajorVersion",
            "getDriverMinorVersion",
            "enquoteLiteral",
            "enquoteIdentifier",
            "enquoteNCharLiteral",
            "isSimpleIdentifier");

    private final OneSlot slot = new OneSlot();

    HandleLifeTest() throws SQLException {}

    @AfterEach
    void close() throws SQLException {
        slot.close();
    }

    @Test
    void eachBorrowHasAHandleOfItsOwn() throws SQLException {
        Connection first = slot.borrow();
        first.close();
        Connection second = slot.borrow();
        assertThat(second).isNotSameAs(first);
        assertThat(first.isClosed()).isTrue();
        assertThat(second.isClosed()).isFalse();
    }

    @Test
    void aSecondCloseIsHarmlessEvenWhenTheSessionIsLentAgain() throws SQLException {
        Connection first = slot.borrow();
        first.close();
        first.close();
        Connection second = slot.borrow();
        first.close();
        first.abort(Runnable::run);
        assertThat(second.isClosed()).isFalse();
        assertThat(OneSlot.value(second, "SELECT 1")).isEqualTo("1");
        assertThat(slot.givenBack).isEqualTo(1);
        assertThat(slot.discarded).isZero();
    }

    @Test
    void aCleanReturnIsOneStepAndKeepsTheSession() throws SQLException {
        Session session;
        try (LentConnection c = slot.borrow()) {
            session = c.session();
            OneSlot.value(c, "SELECT 42");
        }
        assertThat(slot.givenBack).isEqualTo(1);
        try (LentConnection c = slot.borrow()) {
            assertThat(c.session()).isSameAs(session);
        }
    }

    @Test
    void nothingOfAClosedHandleCanBeUsed() throws Exception {
        Connection c = slot.borrow();
        Statement statement = c.createStatement();
        statement.execute("CREATE TABLE t (i INTEGER)");
        PreparedStatement prepared = c.prepareStatement("SELECT ?::INTEGER AS a");
        prepared.setInt(1, 1);
        ResultSet rows = prepared.executeQuery();
        rows.next();
        DatabaseMetaData metaData = c.getMetaData();
        ResultSet tables = metaData.getTables(null, null, "%", null);
        c.close();
        Connection next = slot.borrow();
        refusesEverything(c, Connection.class);
        refusesEverything(statement, Statement.class);
        refusesEverything(prepared, PreparedStatement.class);
        refusesEverything(rows, ResultSet.class);
        refusesEverything(tables, ResultSet.class);
        refusesEverything(metaData, DatabaseMetaData.class);
        assertThat(next.isClosed()).isFalse();
        assertThat(next.isValid(1)).isTrue();
        assertThat(statement.isClosed()).isTrue();
        assertThat(rows.isClosed()).isTrue();
        assertThat(c.isValid(1)).isFalse();
        statement.close();
        rows.close();
        next.close();
        assertThat(slot.givenBack).isEqualTo(1);
    }

    private static void refusesEverything(Object handle, Class<?> type) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (HARMLESS.contains(method.getName()) || method.getParameterTypes().length > 0 && isUpdate(method)) {
                continue;
            }
            try {
                method.invoke(handle, arguments(method));
                wrong.add(method + " returned");
            } catch (InvocationTargetException e) {
                if (!(e.getCause() instanceof SQLException refused)) {
                    wrong.add(method + " threw " + e.getCause());
                } else if (!"08003".equals(refused.getSQLState()) && !"0A000".equals(refused.getSQLState())) {
                    wrong.add(method + " threw " + refused.getSQLState() + " " + refused);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean isUpdate(Method method) {
        // Default methods of the interface that no driver for read-only results implements.
        return method.getName().startsWith("update") || method.getName().startsWith("setShardingKey");
    }

    private static Object[] arguments(Method method) {
        Object[] arguments = new Object[method.getParameterCount()];
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = types[i] == int.class
                    ? (Object) 1
                    : types[i] == long.class
                            ? (Object) 1L
                            : types[i] == boolean.class
                                    ? (Object) true
                                    : types[i] == byte.class
                                            ? (Object) (byte) 1
                                            : types[i] == short.class
                                                    ? (Object) (short) 1
                                                    : types[i] == float.class
                                                            ? (Object) 1f
                                                            : types[i] == double.class ? (Object) 1d : object(types[i]);
        }
        return arguments;
    }

    private static Object object(Class<?> type) {
        if (type == String.class) {
            return "SELECT 1";
        }
        if (type == Class.class) {
            return DuckDBConnection.class;
        }
        if (type == Properties.class) {
            return new Properties();
        }
        return type == Executor.class ? (Executor) Runnable::run : null;
    }

    @Test
    void whatHandlesNameAsTheirsAreHandles() throws SQLException {
        try (Connection c = slot.borrow();
                Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1");
                PreparedStatement prepared = c.prepareStatement("SELECT 1");
                ResultSet preparedRows = prepared.executeQuery();
                ResultSet tables = c.getMetaData().getTables(null, null, "%", null)) {
            assertThat(statement.getConnection()).isSameAs(c);
            assertThat(rows.getStatement()).isSameAs(statement);
            assertThat(statement.getResultSet()).isSameAs(rows);
            assertThat(prepared.getConnection()).isSameAs(c);
            assertThat(preparedRows.getStatement()).isSameAs(prepared);
            assertThat(c.getMetaData().getConnection()).isSameAs(c);
            assertThat(tables.getStatement().getConnection()).isSameAs(c);
            assertThat(tables).isInstanceOf(LentResultSet.class);
        }
    }

    @Test
    void unwrappingGivesTheNativeConnectionAndSpendsTheSession() throws SQLException {
        slot.elsewhere("CREATE TABLE t (i INTEGER)");
        DuckDBConnection raw;
        try (Connection c = slot.borrow()) {
            assertThat(c.isWrapperFor(DuckDBConnection.class)).isTrue();
            assertThat(c.isWrapperFor(Connection.class)).isTrue();
            assertThat(c.isWrapperFor(String.class)).isFalse();
            assertThat(c.unwrap(Connection.class)).isSameAs(c);
            raw = c.unwrap(DuckDBConnection.class);
            try (var appender = raw.createAppender("main", "t")) {
                appender.beginRow();
                appender.append(1);
                appender.endRow();
            }
        }
        assertThat(slot.discarded).isEqualTo(1);
        assertThat(awaitClosed(raw)).isTrue();
        assertThat(slot.valueElsewhere("SELECT count(*) FROM t")).isEqualTo("1");
    }

    private static boolean awaitClosed(DuckDBConnection raw) throws SQLException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!raw.isClosed() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        return raw.isClosed();
    }

    @Test
    void unwrappingAStatementOrAResultSpendsTheSessionToo() throws SQLException {
        try (Connection c = slot.borrow();
                PreparedStatement prepared = c.prepareStatement("SELECT 1")) {
            assertThat(prepared.unwrap(PreparedStatement.class)).isSameAs(prepared);
            assertThat(prepared.unwrap(DuckDBPreparedStatement.class)).isNotNull();
        }
        assertThat(slot.discarded).isEqualTo(1);
        try (Connection c = slot.borrow();
                Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            assertThat(rows.unwrap(DuckDBResultSet.class)).isNotNull();
        }
        assertThat(slot.discarded).isEqualTo(2);
    }

    @Test
    void whatTheBorrowerLeftOpenIsClosedAtTheReturn() throws SQLException {
        Connection c = slot.borrow();
        Statement statement = c.createStatement();
        PreparedStatement prepared = c.prepareStatement("SELECT 1");
        try (ResultSet rows = prepared.executeQuery()) {
            rows.next();
        }
        c.close();
        assertThat(statement.isClosed()).isTrue();
        assertThat(prepared.isClosed()).isTrue();
        assertThat(slot.recycled).isEqualTo(1);
    }

    @Test
    void aResultThatIsNotReadToItsEndDiscardsTheSession() throws SQLException {
        Connection c = slot.borrow();
        ResultSet rows = c.createStatement().executeQuery("SELECT * FROM range(10000)");
        rows.next();
        c.close();
        assertThat(slot.discarded).isEqualTo(1);
        assertThatThrownBy(rows::next).isInstanceOf(SQLException.class);
    }

    @Test
    void aBorrowCostsOneSmallHandle() throws SQLException {
        var bean = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        Session session = slot.session();
        long perBorrow = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                new LentConnection(slot, session, slot.lend()).close();
            }
            perBorrow = Math.min(perBorrow, (bean.getCurrentThreadAllocatedBytes() - before) / 10_000);
        }
        assertThat(perBorrow).isLessThanOrEqualTo(40);
    }
}
