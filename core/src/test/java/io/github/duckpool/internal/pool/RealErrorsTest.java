package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Errors that the driver under test really throws are known. */
@Timeout(60)
class RealErrorsTest {
    @TempDir
    Path directory;

    private static final String VERSION = version();

    private static String version() {
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:")) {
            return String.valueOf(OneSlot.value(c, "SELECT version()"));
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Whether the driver under test is of this line, as in {@code 1.4}. */
    static boolean isVersion(String line) {
        return VERSION.startsWith("v" + line);
    }

    static DuckDBConnection open(Path file) throws SQLException {
        return (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file);
    }

    static void run(Connection c, String... sqls) throws SQLException {
        try (Statement s = c.createStatement()) {
            for (String sql : sqls) {
                s.execute(sql);
            }
        }
    }

    /** Work that fails. */
    @FunctionalInterface
    interface Work {
        void run() throws SQLException;
    }

    static SQLException thrown(Work work) {
        SQLException thrown = catchThrowableOfType(SQLException.class, work::run);
        assertThat((Throwable) thrown).as("an error").isNotNull();
        return thrown;
    }

    static void expect(Kind kind, Work work) {
        SQLException e = thrown(work);
        assertThat(DuckError.classify(e).kind()).as(e.getMessage()).isEqualTo(kind);
        SQLException standard = NativeErrors.translate(e);
        assertThat(standard.getSQLState()).as(e.getMessage()).isNotNull();
        if (kind != Kind.OTHER) {
            assertThat(standard.getSQLState()).isEqualTo(kind.sqlState());
        }
        assertThat(DuckError.classify(standard).kind()).isEqualTo(kind);
    }

    @Test
    void conflicts() throws SQLException {
        try (DuckDBConnection one = open(directory.resolve("x.db"));
                Connection two = one.duplicate();
                Connection other = one.duplicate()) {
            run(
                    one,
                    "CREATE TABLE t (i INTEGER PRIMARY KEY, v INTEGER)",
                    "INSERT INTO t SELECT range, 0 FROM range(9)");
            one.setAutoCommit(false);
            two.setAutoCommit(false);
            run(one, "UPDATE t SET v = 1 WHERE i = 1");
            expect(Kind.WRITE_CONFLICT, () -> run(two, "UPDATE t SET v = 2 WHERE i = 1"));
            expect(Kind.TRANSACTION_ABORTED, () -> run(two, "SELECT 1"));
            two.rollback();
            one.rollback();
            run(one, "DELETE FROM t WHERE i = 2");
            expect(Kind.WRITE_CONFLICT, () -> run(two, "DELETE FROM t WHERE i = 2"));
            two.rollback();
            one.rollback();
            run(one, "CREATE TABLE n (i INTEGER)");
            expect(Kind.CATALOG_CONFLICT, () -> run(two, "CREATE TABLE IF NOT EXISTS n (i INTEGER)"));
            two.rollback();
            one.rollback();
            run(two, "INSERT INTO t VALUES (100, 0)");
            run(other, "ALTER TABLE t ADD COLUMN w INTEGER");
            expect(Kind.CATALOG_CONFLICT, two::commit);
            expect(Kind.NO_TRANSACTION, two::rollback);
            run(one, "INSERT INTO t (i) VALUES (200)");
            run(other, "INSERT INTO t (i) VALUES (200)");
            expect(Kind.CONSTRAINT_AT_COMMIT, one::commit);
            expect(Kind.CONSTRAINT, () -> run(other, "INSERT INTO t (i) VALUES (200)"));
            expect(Kind.CONSTRAINT, () -> run(other, "INSERT INTO t (i) VALUES (NULL)"));
            try (Connection writer = one.duplicate()) {
                writer.setAutoCommit(false);
                run(writer, "INSERT INTO t (i) VALUES (300)");
                expect(Kind.OTHER, () -> run(writer, "CHECKPOINT"));
                writer.rollback();
                if (isVersion("1.4")) {
                    run(writer, "INSERT INTO t (i) VALUES (300)");
                    expect(Kind.CHECKPOINT_BUSY, () -> run(other, "CHECKPOINT"));
                }
            }
        }
    }

    @Test
    void whatAUserGotWrongIsNoneOfThese() throws SQLException {
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:")) {
            for (String wrong : new String[] {
                "SELEC 1",
                "SELECT nope",
                "SELECT * FROM nope",
                "SELECT 'x'::INTEGER",
                "SELECT error('TransactionContext Error: Conflict on update!')",
                "SELECT error('FATAL Error: Failed: database has been invalidated')",
                "SELECT * FROM read_csv('/nope/Conflict on update!.csv')",
                "COMMIT; SELECT 1; nope"
            }) {
                expect(Kind.OTHER, () -> run(c, wrong));
            }
            assertThat(NativeErrors.translate(thrown(() -> run(c, "SELEC 1"))).getSQLState())
                    .isEqualTo("42601");
            assertThat(NativeErrors.translate(thrown(() -> run(c, "SELECT * FROM nope")))
                            .getSQLState())
                    .isEqualTo("42000");
            assertThat(NativeErrors.translate(thrown(() -> run(c, "SELECT * FROM nope")))
                            .getMessage())
                    .startsWith("Catalog Error: Table with name nope");
        }
    }

    @Test
    void interruptsAndTimeOuts() throws SQLException {
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:");
                Statement s = c.createStatement()) {
            s.setQueryTimeout(1);
            SQLException timeout = thrown(() -> s.execute("SELECT count(*) FROM range(100000000000) a"));
            assertThat(DuckError.classify(timeout).kind()).isEqualTo(Kind.INTERRUPTED);
            assertThat((Throwable) NativeErrors.translate(timeout)).isInstanceOf(SQLTimeoutException.class);
            if (isVersion("2.")) {
                run(c, "SET max_execution_time = 50");
                expect(Kind.INTERRUPTED, () -> run(c, "SELECT count(*) FROM range(100000000000) a"));
            }
        }
    }

    @Test
    void outOfMemory() throws SQLException {
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:")) {
            run(c, "SET memory_limit = '20MB'", "SET temp_directory = ''");
            expect(
                    Kind.OUT_OF_MEMORY,
                    () -> run(c, "CREATE TABLE big AS SELECT range, repeat('x', 100) FROM range(3000000)"));
        }
    }

    @Test
    void errorsAsJson() throws SQLException {
        try (DuckDBConnection one = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                Connection two = one.duplicate()) {
            run(one, "CREATE TABLE t AS SELECT 1 AS i");
            run(two, "SET errors_as_json = true");
            one.setAutoCommit(false);
            two.setAutoCommit(false);
            run(one, "UPDATE t SET i = 2");
            expect(Kind.WRITE_CONFLICT, () -> run(two, "UPDATE t SET i = 3"));
            one.rollback();
            expect(Kind.TRANSACTION_ABORTED, () -> run(two, "SELECT 1"));
        }
    }

    @Test
    void files() throws Exception {
        expect(Kind.MISSING, () -> open(directory.resolve("no/x.db")).close());
        expect(Kind.BAD_FILE, () -> open(directory).close());
        Path junk = directory.resolve("junk \"\"quoted\"\".db");
        Files.writeString(junk, "this is no database ".repeat(1000));
        expect(Kind.BAD_FILE, () -> open(junk).close());
        Properties readOnly = new Properties();
        readOnly.setProperty(DuckDBDriver.DUCKDB_READONLY_PROPERTY, "true");
        expect(Kind.MISSING, () -> DriverManager.getConnection("jdbc:duckdb:" + directory.resolve("none.db"), readOnly)
                .close());
        Path file = directory.resolve("x.db");
        try (Connection c = open(file)) {
            run(c, "CREATE TABLE t AS SELECT range FROM range(100000)");
            expect(Kind.CONFIG, () -> DriverManager.getConnection("jdbc:duckdb:" + file, readOnly)
                    .close());
            run(c, "ATTACH '" + directory.resolve("y.db") + "' AS y");
            expect(Kind.HANDLE_CONFLICT, () -> run(c, "ATTACH '" + directory.resolve("y.db") + "' AS z"));
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 12_388; i < bytes.length; i += 50) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
        expect(Kind.BAD_FILE, () -> {
            try (Connection c = open(file)) {
                run(c, "SELECT sum(range) FROM t");
            }
        });
    }

    @Test
    void aDamagedLog() throws Exception {
        Path file = directory.resolve("x.db");
        try (Connection c = open(file)) {
            run(c, "CREATE TABLE t (i INTEGER)", "PRAGMA disable_checkpoint_on_shutdown");
            run(c, "INSERT INTO t SELECT range FROM range(1000)");
        }
        Path log = Path.of(file + ".wal");
        byte[] bytes = Files.readAllBytes(log);
        bytes[bytes.length / 2] ^= 0x55;
        Files.write(log, bytes);
        expect(Kind.BAD_FILE, () -> open(file).close());
    }

    /** A write-ahead log on a device that is always full. */
    @Test
    void aFullDisk() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no /dev/full: the disk is never full here");
        Path file = directory.resolve("x.db");
        try (Connection c = open(file)) {
            run(c, "CREATE TABLE t (i INTEGER)", "CHECKPOINT");
            Path log = Path.of(file + ".wal");
            Files.deleteIfExists(log);
            Files.createSymbolicLink(log, full);
            expect(Kind.DISK_FULL, () -> run(c, "INSERT INTO t VALUES (1)"));
            assertThat(OneSlot.value(c, "SELECT count(*) FROM t")).isEqualTo("0");
        }
    }

    @Test
    void aFatalErrorIsReportedForEveryConnection() throws Exception {
        try (OneSlot slot = new OneSlot("jdbc:duckdb:" + directory.resolve("x.db"))) {
            slot.elsewhere("CREATE TABLE t (i INTEGER)", "PRAGMA debug_checkpoint_abort = 'before_header'");
            try (Connection c = slot.borrow()) {
                run(c, "INSERT INTO t VALUES (1)");
                SQLException first = thrown(() -> run(c, "CHECKPOINT"));
                assertThat(DuckError.classify(first).kind()).isEqualTo(Kind.UNKNOWN_OUTCOME);
                assertThat(slot.fatal).hasSize(1);
                SQLException next = thrown(() -> run(c, "SELECT 1"));
                assertThat(DuckError.classify(next).kind()).isEqualTo(Kind.INVALIDATED);
                assertThat(next.getSQLState()).isEqualTo("08006");
                assertThat(slot.fatal).hasSize(2);
                assertThat(c.isValid(1)).isFalse();
            }
            assertThat(slot.discarded).isEqualTo(1);
        }
    }

    /** The checkpoint after a commit breaks off: the work is durable, the error says otherwise, and nobody may repeat it. */
    @Test
    void aCommitWhoseCheckpointBreaksOffIsUnknown() throws Exception {
        Path file = directory.resolve("x.db");
        try (OneSlot slot = new OneSlot("jdbc:duckdb:" + file)) {
            slot.elsewhere(
                    "CREATE TABLE t (i INTEGER)",
                    "SET GLOBAL wal_autocheckpoint = '1KB'",
                    "PRAGMA debug_checkpoint_abort = 'before_truncate'");
            try (Connection c = slot.borrow()) {
                c.setAutoCommit(false);
                run(c, "INSERT INTO t SELECT range FROM range(100000)");
                SQLException e = thrown(c::commit);
                assertThat(e.getSQLState()).isEqualTo("08007");
                assertThat(DuckError.classify(e).kind()).isEqualTo(Kind.UNKNOWN_OUTCOME);
                assertThat(slot.fatal).hasSize(1);
            }
        }
        try (Connection c = open(file)) {
            assertThat(OneSlot.value(c, "SELECT count(*) FROM t")).isEqualTo("100000");
        }
    }
}
