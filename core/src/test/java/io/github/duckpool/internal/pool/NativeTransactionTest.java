package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is written by native objects is part of the transaction whenever they were given away: the driver begins one with the first
 * statement, and until then an appender commits by itself.
 */
@Timeout(60)
class NativeTransactionTest {
    private static final String IDS = "SELECT string_agg(id, ' ' ORDER BY id) FROM letter";

    @TempDir
    Path directory;

    private final OneSlot slot = new OneSlot();

    NativeTransactionTest() throws SQLException {}

    @BeforeEach
    void tables() throws SQLException {
        table(slot);
    }

    private static void table(OneSlot slot) throws SQLException {
        slot.elsewhere("CREATE TABLE letter (id INTEGER PRIMARY KEY)", "INSERT INTO letter VALUES (0)");
    }

    @AfterEach
    void close() throws SQLException {
        slot.close();
    }

    private static void append(DuckDBConnection natively, int id) throws SQLException {
        try (var appender = natively.createAppender("main", "letter")) {
            appender.beginRow();
            appender.append(id);
            appender.endRow();
        }
    }

    private void assertIds(String ids) throws SQLException {
        assertThat(slot.valueElsewhere(IDS)).isEqualTo(ids);
    }

    @Test
    void unwrappedBeforeAutoCommitIsOff() throws SQLException {
        try (Connection c = slot.borrow()) {
            DuckDBConnection natively = c.unwrap(DuckDBConnection.class);
            append(natively, 1);
            assertIds("0 1");
            c.setAutoCommit(false);
            append(natively, 2);
            assertIds("0 1");
            c.rollback();
            assertIds("0 1");
            c.setAutoCommit(true);
            append(natively, 3);
            assertIds("0 1 3");
            c.setAutoCommit(false);
            append(natively, 4);
            c.setAutoCommit(true);
            assertIds("0 1 3 4");
        }
    }

    @Test
    void usedAgainAfterACommit() throws SQLException {
        try (Connection c = slot.borrow()) {
            c.setAutoCommit(false);
            DuckDBConnection natively = c.unwrap(DuckDBConnection.class);
            append(natively, 1);
            c.commit();
            append(natively, 2);
            c.rollback();
            append(natively, 3);
            c.rollback();
            append(natively, 4);
            LeakTest.run(c, "COMMIT");
            append(natively, 5);
            LeakTest.run(c, "ROLLBACK");
            append(natively, 6);
            assertIds("0 1 4");
            c.commit();
        }
        assertIds("0 1 4 6");
    }

    @Test
    void usedAgainAfterATransactionThatFailed() throws SQLException {
        try (Connection c = slot.borrow()) {
            c.setAutoCommit(false);
            DuckDBConnection natively = c.unwrap(DuckDBConnection.class);
            LeakTest.fail(c, "INSERT INTO letter VALUES (0)");
            assertThatThrownBy(c::commit).isInstanceOf(SQLTransactionRollbackException.class);
            append(natively, 1);
            c.rollback();
            assertIds("0");
            LeakTest.run(c, "INSERT INTO letter VALUES (7)");
            slot.elsewhere("INSERT INTO letter VALUES (7)");
            assertThatThrownBy(c::commit).isInstanceOf(SQLTransactionRollbackException.class);
            append(natively, 2);
            c.rollback();
            assertIds("0 7");
        }
    }

    /** Only one of the same transaction shows that the driver has begun it. */
    @Test
    void aResultThatIsNotReadToItsEndIsOfAnEarlierTransaction() throws SQLException {
        try (Connection c = slot.borrow();
                Statement statement = c.createStatement();
                ResultSet unread = statement.executeQuery("SELECT * FROM range(100000)")) {
            assertThat(unread.next()).isTrue();
            c.setAutoCommit(false);
            append(c.unwrap(DuckDBConnection.class), 1);
            c.rollback();
        }
        assertIds("0");
        try (Connection c = slot.borrow();
                Statement statement = c.createStatement()) {
            c.setAutoCommit(false);
            ResultSet unread = statement.executeQuery("SELECT * FROM range(100000)");
            assertThat(unread.next()).isTrue();
            c.commit();
            append(c.unwrap(DuckDBConnection.class), 1);
            c.rollback();
        }
        assertIds("0");
    }

    @Test
    void aResultOfTheTransactionGoesOnStreaming() throws SQLException {
        try (OneSlot streaming = new OneSlot("jdbc:duckdb:;jdbc_stream_results=true");
                Connection c = streaming.borrow();
                Statement statement = c.createStatement()) {
            c.setAutoCommit(false);
            long read = 0;
            try (ResultSet rows = statement.executeQuery("SELECT * FROM range(300000)")) {
                while (rows.next()) {
                    if (read++ == 1000) {
                        assertThat(c.unwrap(DuckDBConnection.class)).isNotNull();
                    }
                }
            }
            assertThat(read).isEqualTo(300_000);
        }
    }

    /** The 2.0 driver begins no transaction then, and believes that it has: nothing must run by itself, and whoever tries is told. */
    @Test
    void aStreamOfAnEarlierTransactionLetsNothingThrough() throws SQLException {
        for (boolean unwrappedFirst : new boolean[] {false, true}) {
            try (OneSlot streaming = new OneSlot("jdbc:duckdb:;jdbc_stream_results=true")) {
                table(streaming);
                try (Connection c = streaming.borrow();
                        Statement statement = c.createStatement()) {
                    if (unwrappedFirst) {
                        c.unwrap(DuckDBConnection.class);
                    }
                    assertThat(statement
                                    .executeQuery("SELECT * FROM range(300000)")
                                    .next())
                            .isTrue();
                    try {
                        c.setAutoCommit(false);
                        append(c.unwrap(DuckDBConnection.class), 1);
                        c.rollback();
                    } catch (SQLException e) {
                        assertThat(e.getMessage()).contains("connection has an open result");
                        statement.getResultSet().close();
                        assertThatThrownBy(() -> LeakTest.run(c, "INSERT INTO letter VALUES (2)"))
                                .isInstanceOf(SQLNonTransientConnectionException.class);
                    }
                }
                assertThat(streaming.valueElsewhere(IDS)).isEqualTo("0");
            }
        }
    }

    /** What was begun and is not used has no snapshot, and is in nobody's way. */
    @Test
    void aTransactionThatIsNotUsedHoldsNothingUp() throws SQLException {
        Path file = directory.resolve("letters.db");
        Path log = directory.resolve("letters.db.wal");
        try (OneSlot slot = new OneSlot("jdbc:duckdb:" + file)) {
            table(slot);
            try (Connection c = slot.borrow()) {
                DuckDBConnection natively = c.unwrap(DuckDBConnection.class);
                c.setAutoCommit(false);
                append(natively, 1);
                c.commit();
                slot.elsewhere("INSERT INTO letter VALUES (2)", "UPDATE letter SET id = 5 WHERE id = 1");
                assertThat(log).isNotEmptyFile();
                slot.elsewhere("CHECKPOINT");
                assertThat(!Files.exists(log) || log.toFile().length() == 0)
                        .as("all of the log is in the database")
                        .isTrue();
                assertThat(OneSlot.value(c, IDS)).isEqualTo("0 2 5");
                append(natively, 6);
            }
            slot.elsewhere("DELETE FROM letter WHERE id = 0");
            assertThat(slot.valueElsewhere(IDS)).isEqualTo("2 5");
        }
    }

    @Test
    void theEndOfTheBorrowRollsBack() throws SQLException {
        DuckDBConnection natively;
        try (Connection c = slot.borrow()) {
            c.setAutoCommit(false);
            natively = c.unwrap(DuckDBConnection.class);
            append(natively, 1);
            c.commit();
            append(natively, 2);
        }
        while (!natively.isClosed()) {
            Thread.onSpinWait();
        }
        assertIds("0 1");
        assertThat(slot.discarded).isEqualTo(1);
    }

    /** Whoever is told of a failure does the work again, so the commit is none; but nothing may run outside of a transaction. */
    @Test
    void aTransactionThatCanNotBeginFailsNoCommit() throws SQLException {
        AtomicBoolean fails = new AtomicBoolean();
        Connection raw = slot.connect();
        Connection failing = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    if (method.getName().equals("prepareStatement") && fails.get()) {
                        throw new SQLException("IO Error: no more");
                    }
                    return method.invoke(raw, args);
                });
        slot.install(new Session(failing, 8, 0, new Instance(SharedState.own(), slot.anchor)));
        try (Connection c = slot.borrow()) {
            c.setAutoCommit(false);
            append(c.unwrap(DuckDBConnection.class), 1);
            fails.set(true);
            c.commit();
            assertIds("0 1");
            fails.set(false);
            assertThatThrownBy(() -> LeakTest.run(c, "INSERT INTO letter VALUES (2)"))
                    .isInstanceOf(SQLNonTransientConnectionException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08006");
        }
        assertIds("0 1");
        assertThat(slot.discarded).isEqualTo(1);
    }
}
