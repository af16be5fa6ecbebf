package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What JDBC has, frameworks use, and the driver lacks. */
@Timeout(60)
class DriverGapsTest {
    private static final String FOR_EVER = "SELECT count(*) FROM range(100000000000) a";

    private final OneSlot slot = new OneSlot();

    DriverGapsTest() throws SQLException {}

    @AfterEach
    void close() throws SQLException {
        slot.close();
    }

    @Test
    void readOnlyIsAHint() throws SQLException {
        try (Connection c = slot.borrow()) {
            c.setReadOnly(true);
            assertThat(c.isReadOnly()).isTrue();
            c.setReadOnly(false);
            assertThat(c.isReadOnly()).isFalse();
        }
        assertThat(slot.kept()).isEqualTo(1);
    }

    @Test
    void abortEndsARunningQueryAndIsHarmlessTwice() throws Exception {
        LentConnection c = slot.borrow();
        Session session = c.session();
        Statement s = c.createStatement();
        CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> {
            try {
                return s.execute(FOR_EVER);
            } catch (SQLException e) {
                return e;
            }
        });
        while (!session.isCalled()) {
            Thread.onSpinWait();
        }
        Queue<Runnable> tasks = new ArrayDeque<>();
        c.abort(tasks::add);
        c.abort(tasks::add);
        assertThat(c.isClosed()).isTrue();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(running.get()).isInstanceOf(SQLException.class);
        c.close();
        assertThat(slot.discarded).isEqualTo(1);
        assertThatThrownBy(() -> slot.borrow().abort(null)).isInstanceOf(SQLException.class);
    }

    @Test
    void aNetworkTimeoutEndsAQuery() throws SQLException {
        try (Connection c = slot.borrow()) {
            c.setNetworkTimeout(null, 200);
            assertThat(c.getNetworkTimeout()).isEqualTo(200);
            try (Statement s = c.createStatement()) {
                assertThatThrownBy(() -> s.execute(FOR_EVER)).isInstanceOf(SQLTimeoutException.class);
            }
            assertThatThrownBy(() -> c.setNetworkTimeout(null, -1)).hasMessageContaining("was -1");
            c.setNetworkTimeout(null, 0);
            assertThat(OneSlot.value(c, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void holdability() throws SQLException {
        slot.elsewhere("CREATE TABLE t (i INTEGER)");
        try (Connection c = slot.borrow()) {
            assertThat(c.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            c.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            c.setAutoCommit(false);
            try (Statement s = c.createStatement(
                    ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, ResultSet.CLOSE_CURSORS_AT_COMMIT)) {
                ResultSet rows = s.executeQuery("SELECT 1");
                assertThat(rows.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
                c.commit();
                assertThat(rows.isClosed()).isTrue();
            }
            assertThatThrownBy(() -> c.setHoldability(77)).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void isValidAsksNobodyAndHonoursItsTimeout() throws Exception {
        LentConnection c = slot.borrow();
        c.setAutoCommit(false);
        Statement s = c.createStatement();
        CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> {
            try {
                return s.execute(FOR_EVER);
            } catch (SQLException e) {
                return e;
            }
        });
        while (!c.session().isCalled()) {
            Thread.onSpinWait();
        }
        // The driver's waits until the query ends, which it never does.
        assertThat(c.isValid(1)).isTrue();
        assertThat(c.isValid(0)).isTrue();
        assertThatThrownBy(() -> c.isValid(-1)).isInstanceOf(SQLException.class);
        while (!running.isDone()) {
            try {
                s.cancel();
            } catch (SQLException e) {
                // It has ended, and its native statement with it.
                break;
            }
        }
        assertThat(running.get()).isInstanceOf(SQLException.class);
        // In an aborted transaction the driver's throws.
        assertThat(c.isValid(1)).isTrue();
        c.close();
        assertThat(c.isValid(1)).isFalse();
    }

    @Test
    void clientInfoAndWarnings() throws SQLException {
        try (Connection c = slot.borrow()) {
            c.setClientInfo("ApplicationName", "letters");
            assertThat(c.getClientInfo("ApplicationName")).isEqualTo("letters");
            Properties all = new Properties();
            all.setProperty("a", "b");
            c.setClientInfo(all);
            assertThat(c.getClientInfo()).isEqualTo(all);
            c.setClientInfo("a", null);
            assertThat(c.getClientInfo()).isEmpty();
            c.setClientInfo(all);
            c.setClientInfo(null);
            assertThat(c.getClientInfo()).isEmpty();
            assertThat((Throwable) c.getWarnings()).isNull();
            c.clearWarnings();
        }
    }

    @Test
    void theRestOfTheConnection() throws SQLException {
        try (Connection c = slot.borrow()) {
            assertThat(c.nativeSQL("SELECT 1")).isEqualTo("SELECT 1");
            c.setTypeMap(new HashMap<>());
            c.setTypeMap(Map.of());
            assertThat(c.getTypeMap()).isEmpty();
            for (int level : new int[] {1, 2, 4}) {
                c.setTransactionIsolation(level);
            }
            assertThatThrownBy(() -> c.setTransactionIsolation(8)).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(() -> c.setTransactionIsolation(3)).isInstanceOf(SQLException.class);
            assertThatThrownBy(c::setSavepoint).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(() -> c.prepareCall("x")).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(() -> c.prepareStatement(null)).isInstanceOf(SQLException.class);
            c.beginRequest();
            c.endRequest();
            assertThatThrownBy(() -> c.setShardingKey(null)).isInstanceOf(SQLFeatureNotSupportedException.class);
        }
        assertThat(slot.kept()).isEqualTo(1);
    }

    @Test
    void generatedKeysAreRefusedOrGivenByReturning() throws SQLException {
        slot.elsewhere("CREATE SEQUENCE s", "CREATE TABLE t (id INTEGER DEFAULT nextval('s'), v INTEGER)");
        try (Connection c = slot.borrow();
                PreparedStatement insert = c.prepareStatement("INSERT INTO t (v) VALUES (?) RETURNING id")) {
            insert.setInt(1, 5);
            try (ResultSet keys = insert.executeQuery()) {
                assertThat(keys.next()).isTrue();
                assertThat(keys.getInt(1)).isEqualTo(1);
            }
            assertThat(c.prepareStatement("SELECT 1", Statement.NO_GENERATED_KEYS))
                    .isNotNull();
        }
    }

    @Test
    void executeGivesItsResultOnce() throws SQLException {
        try (Connection c = slot.borrow();
                Statement s = c.createStatement()) {
            assertThat(s.execute("SELECT 1")).isTrue();
            try (ResultSet rows = s.getResultSet()) {
                assertThat(rows.next()).isTrue();
            }
            assertThat(s.getMoreResults()).isFalse();
            assertThat(s.getUpdateCount()).isEqualTo(-1);
            s.closeOnCompletion();
            s.executeQuery("SELECT 1").close();
            assertThat(s.isClosed()).isTrue();
        }
    }

    /** The driver takes the bound and gives every row. */
    @Test
    void aResultEndsAtTheBoundThatItsStatementWasGiven() throws SQLException {
        String sql = "SELECT range FROM range(5)";
        try (Connection c = slot.borrow()) {
            try (PreparedStatement s = c.prepareStatement(sql)) {
                s.setMaxRows(2);
                assertThat(s.getMaxRows()).isEqualTo(2);
                assertThat(rows(s.executeQuery())).isEqualTo(2);
                s.setLargeMaxRows(3);
                assertThat(s.getLargeMaxRows()).isEqualTo(3);
                assertThat(s.execute()).isTrue();
                assertThat(rows(s.getResultSet())).isEqualTo(3);
                s.setMaxRows(0);
                assertThat(rows(s.executeQuery())).isEqualTo(5);
                s.setMaxRows(1);
                assertThatThrownBy(() -> s.setMaxRows(-1)).hasMessageContaining("at least 0, was -1");
            }
            try (PreparedStatement next = c.prepareStatement(sql)) {
                assertThat(next.getMaxRows()).isZero();
                assertThat(rows(next.executeQuery())).isEqualTo(5);
            }
        }
    }

    private static int rows(ResultSet result) throws SQLException {
        int count = 0;
        while (result.next()) {
            count++;
        }
        return count;
    }

    /** In 1.4 the driver forgets results that it has handed out, and 2.0 refuses a statement while a stream is open. */
    @Test
    void theNextExecutionEndsTheResultBefore() throws SQLException {
        try (Connection c = slot.borrow();
                Statement s = c.createStatement()) {
            s.execute("SELECT range FROM range(100000)");
            ResultSet first = s.getResultSet();
            first.next();
            s.execute("SELECT 2");
            assertThat(first.isClosed()).isTrue();
            assertThatThrownBy(first::next).isInstanceOf(SQLException.class);
        }
    }
}
