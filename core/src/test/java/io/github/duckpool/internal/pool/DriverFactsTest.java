package io.github.duckpool.internal.pool;

import static io.github.duckpool.internal.pool.RealErrorsTest.isVersion;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How the bare driver behaves where the library makes up for it or relies on it. When a new version fails here, the code that
 * the test names has lost its reason, or its ground.
 */
@Timeout(60)
class DriverFactsTest {
    @TempDir
    Path directory;

    private DuckDBConnection one;
    private DuckDBConnection two;

    @BeforeEach
    void open() throws SQLException {
        one = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
        two = one.duplicate();
        run(one, "CREATE TABLE t (i INTEGER PRIMARY KEY, v INTEGER)", "INSERT INTO t VALUES (1, 0)");
    }

    @AfterEach
    void close() throws SQLException {
        two.close();
        one.close();
    }

    private static void run(Connection c, String... sqls) throws SQLException {
        try (Statement s = c.createStatement()) {
            for (String sql : sqls) {
                s.execute(sql);
            }
        }
    }

    private static String read(Connection c, String sql) throws SQLException {
        return String.valueOf(OneSlot.value(c, sql));
    }

    private static void failedCommit(Connection c, Connection other) throws SQLException {
        c.setAutoCommit(false);
        run(c, "INSERT INTO t VALUES (7, 0)");
        run(other, "INSERT INTO t VALUES (7, 1)");
        assertThatThrownBy(c::commit).hasMessageContaining("duplicate key");
    }

    /** Transaction.repair. */
    @Test
    void afterAFailedCommitStatementsCommitByThemselves() throws SQLException {
        failedCommit(one, two);
        run(one, "INSERT INTO t VALUES (8, 0)");
        assertThat(read(two, "SELECT count(*) FROM t WHERE i = 8")).isEqualTo("1");
        assertThatThrownBy(one::rollback).hasMessageContaining("no transaction is active");
        assertThatThrownBy(one::commit).hasMessageContaining("no transaction is active");
        assertThatThrownBy(() -> one.setAutoCommit(true)).hasMessageContaining("no transaction is active");
    }

    /** Transaction.firstError. */
    @Test
    void committingAnAbortedTransactionReturnsAndLosesTheWork() throws SQLException {
        one.setAutoCommit(false);
        run(one, "INSERT INTO t VALUES (2, 0)");
        assertThatThrownBy(() -> run(one, "INSERT INTO t VALUES (1, 0)")).isInstanceOf(SQLException.class);
        assertThatCode(one::commit).doesNotThrowAnyException();
        assertThat(read(two, "SELECT count(*) FROM t")).isEqualTo("1");
    }

    @Test
    void aCatalogErrorAbortsATransactionSince2() throws SQLException {
        one.setAutoCommit(false);
        run(one, "INSERT INTO t VALUES (2, 0)");
        assertThatThrownBy(() -> run(one, "SELECT * FROM nope")).isInstanceOf(SQLException.class);
        if (isVersion("1.")) {
            assertThat(read(one, "SELECT count(*) FROM t")).isEqualTo("2");
        } else {
            assertThatThrownBy(() -> run(one, "SELECT 1")).hasMessageContaining("aborted");
        }
        one.rollback();
    }

    /** Transaction.setAutoCommit refuses this. */
    @Test
    void beginBySqlAndAutoCommitOffDoNotGoTogether() throws SQLException {
        run(one, "BEGIN");
        one.setAutoCommit(false);
        assertThatThrownBy(() -> run(one, "SELECT 1")).hasMessageContaining("within a transaction");
    }

    /** Transaction.rollback. */
    @Test
    void rollbackWithoutATransactionIsRefused() {
        assertThatThrownBy(one::rollback).hasMessageContaining("no transaction is active");
        assertThatThrownBy(one::commit).hasMessageContaining("no transaction is active");
    }

    /** LentConnection.isValid asks nobody. */
    @Test
    void isValidThrowsInAnAbortedTransaction() throws SQLException {
        one.setAutoCommit(false);
        assertThatThrownBy(() -> run(one, "INSERT INTO t VALUES (1, 0)")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> one.isValid(1)).hasMessageContaining("aborted");
        one.rollback();
    }

    /** Connections are made from an anchor that no borrower touches. */
    @Test
    void aDuplicateInheritsAutoCommitAndSettings() throws SQLException {
        one.setAutoCommit(false);
        run(one, "SET errors_as_json = true");
        try (Connection duplicate = one.duplicate()) {
            assertThat(duplicate.getAutoCommit()).isFalse();
        }
        one.rollback();
    }

    @Test
    void everyPrivateUrlIsADatabaseOfItsOwn() throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:duckdb:")) {
            assertThatThrownBy(() -> run(other, "SELECT * FROM t")).isInstanceOf(SQLException.class);
        }
    }

    /** NativeErrors gives them all a state. */
    @Test
    void nativeErrorsHaveNeitherStateNorCode() {
        assertThatThrownBy(() -> run(one, "SELECT * FROM nope")).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getSQLState()).isNull();
            assertThat(e.getErrorCode()).isZero();
        });
    }

    /** LentStatement.revive, and the cache drops what failed. */
    @Test
    void anErrorClosesItsStatement() throws SQLException {
        try (Statement s = one.createStatement()) {
            assertThatThrownBy(() -> s.execute("SELECT * FROM nope")).isInstanceOf(SQLException.class);
            assertThat(s.isClosed()).isTrue();
        }
        try (PreparedStatement s = one.prepareStatement("SELECT CAST(? AS INTEGER)")) {
            s.setString(1, "x");
            assertThatThrownBy(s::executeQuery).isInstanceOf(SQLException.class);
            assertThat(s.isClosed()).isTrue();
        }
    }

    /** Session.spend shuts the cache. */
    @Test
    void aPreparedStatementReadsTheOldTableAfterSetSchemaIn1() throws SQLException {
        run(one, "CREATE TABLE x AS SELECT 'main' AS a", "CREATE SCHEMA s", "CREATE TABLE s.x AS SELECT 's' AS a");
        try (PreparedStatement s = one.prepareStatement("SELECT a FROM x")) {
            s.executeQuery().close();
            one.setSchema("s");
            try (ResultSet rows = s.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo(isVersion("1.") ? "main" : "s");
            }
        }
    }

    /** LentPreparedStatement.describe asks a fresh one. */
    @Test
    void metaDataOfAPreparedStatementIsOfTheTimeItWasPrepared() throws SQLException {
        run(one, "CREATE TABLE x AS SELECT 1 AS a");
        try (PreparedStatement s = one.prepareStatement("SELECT * FROM x")) {
            s.executeQuery().close();
            run(two, "DROP TABLE x", "CREATE TABLE x AS SELECT 1 AS b, 2 AS c");
            s.executeQuery().close();
            assertThat(s.getMetaData().getColumnCount()).isEqualTo(1);
        }
    }

    /** LentStatement.untune. */
    @Test
    void clearParametersLeavesTheTimeOut() throws SQLException {
        try (PreparedStatement s = one.prepareStatement("SELECT ?::INTEGER")) {
            s.setQueryTimeout(9);
            s.setInt(1, 5);
            s.clearParameters();
            assertThat(s.getQueryTimeout()).isEqualTo(9);
        }
    }

    /** A session with an unread result is not lent again. */
    @Test
    void anOpenStreamAndAnotherStatement() throws SQLException {
        Properties streaming = new Properties();
        streaming.setProperty("jdbc_stream_results", "true");
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:", streaming);
                Statement s = c.createStatement();
                ResultSet rows = s.executeQuery("SELECT range FROM range(1000000)")) {
            rows.next();
            if (isVersion("2.")) {
                assertThatThrownBy(() -> run(c, "SELECT 1")).hasMessageContaining("open result");
            } else {
                run(c, "SELECT 1");
                long read = 1;
                try {
                    while (rows.next()) {
                        read++;
                    }
                } catch (SQLException e) {
                    // Told at least that it is cut short.
                    read = -1;
                }
                assertThat(read).isLessThan(1_000_000);
            }
        }
    }

    /** LentConnection.unwrap warns of it. */
    @Test
    void anAppenderAsFirstActionIsNoPartOfTheTransaction() throws SQLException {
        one.setAutoCommit(false);
        try (var appender = one.createAppender("t")) {
            appender.beginRow();
            appender.append(50);
            appender.append(0);
            appender.endRow();
        }
        assertThat(read(two, "SELECT count(*) FROM t WHERE i = 50")).isEqualTo("1");
    }

    /** ConnectionSettings and ConnectionDelegates fill these. */
    @Test
    void whatTheDriverLacks() {
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable gap :
                new org.assertj.core.api.ThrowableAssert.ThrowingCallable[] {
                    () -> one.setReadOnly(true),
                    () -> one.abort(Runnable::run),
                    () -> one.setNetworkTimeout(Runnable::run, 1),
                    one::getNetworkTimeout,
                    one::getHoldability,
                    () -> one.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT),
                    one::getClientInfo,
                    () -> one.setClientInfo("a", "b"),
                    () -> one.nativeSQL("SELECT 1")
                }) {
            assertThatThrownBy(gap).isInstanceOf(SQLException.class);
        }
        assertThatCode(() -> one.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> one.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE))
                .isInstanceOf(SQLFeatureNotSupportedException.class);
    }

    /** The lease closes everything before it opens again. */
    @Test
    void anInvalidatedDatabaseHealsWhenItsLastConnectionIsClosed() throws SQLException {
        String url = "jdbc:duckdb:" + directory.resolve("x.db");
        DuckDBConnection dead = (DuckDBConnection) DriverManager.getConnection(url);
        run(dead, "CREATE TABLE t (i INTEGER)", "PRAGMA debug_checkpoint_abort = 'before_header'");
        run(dead, "INSERT INTO t VALUES (1)");
        assertThatThrownBy(() -> run(dead, "CHECKPOINT")).hasMessageContaining("FATAL");
        try (Connection duplicate = dead.duplicate();
                Connection again = DriverManager.getConnection(url)) {
            assertThatThrownBy(() -> run(duplicate, "SELECT 1")).hasMessageContaining("invalidated");
            assertThatThrownBy(() -> run(again, "SELECT 1")).hasMessageContaining("invalidated");
        }
        dead.close();
        try (Connection healed = DriverManager.getConnection(url)) {
            assertThat(read(healed, "SELECT count(*) FROM t")).isEqualTo("1");
        }
    }

    /** The order of a fresh transaction: only a statement on a user's table fixes the snapshot. */
    @Test
    void theSnapshotIsFixedByTheFirstUserTable() throws SQLException {
        one.setAutoCommit(false);
        read(one, "SELECT 1");
        run(two, "INSERT INTO t VALUES (2, 0)");
        assertThat(read(one, "SELECT count(*) FROM t")).isEqualTo("2");
        run(two, "INSERT INTO t VALUES (3, 0)");
        assertThat(read(one, "SELECT count(*) FROM t")).isEqualTo("2");
        one.rollback();
    }

    /** No error at all: the writers' line is there for this. */
    @Test
    void anUpdateVanishesUnderAConcurrentDelete() throws SQLException {
        one.setAutoCommit(false);
        two.setAutoCommit(false);
        run(one, "UPDATE t SET v = 9 WHERE i = 1");
        run(two, "DELETE FROM t WHERE i = 1");
        one.commit();
        two.commit();
        assertThat(read(one, "SELECT count(*) FROM t")).isEqualTo("0");
        one.rollback();
    }
}
