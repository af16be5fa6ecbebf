package io.github.duckpool.internal.pool;

import static io.github.duckpool.internal.pool.RealErrorsTest.isVersion;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the bare driver does with commits, files and native objects, as {@link DriverFactsTest} shows what it does with sessions.
 * When a new version fails here, the code that the test names has lost its reason, or its ground.
 */
@Timeout(60)
class DriverHazardsTest {
    /** How often a race is run that does not end the same way each time. */
    private static final int ROUNDS = 200;

    private static final int ROWS = 10_000;

    /** The batch was over before the other transaction was told to commit. */
    private static final String TOO_LATE = "too late";

    @TempDir
    Path directory;

    private DuckDBConnection open(String file) throws SQLException {
        return (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + directory.resolve(file));
    }

    private static void run(Connection c, String... sqls) throws SQLException {
        for (String sql : sqls) {
            LeakTest.run(c, sql);
        }
    }

    /** CommitLock: an error of an interrupted COMMIT says nothing about the work. Goes on until one has been hit. */
    @Test
    void anInterruptedCommitReportsFailureForWhatIsDurable() throws Exception {
        try (DuckDBConnection c = open("commit.db");
                DuckDBConnection other = c.duplicate()) {
            run(c, "CREATE TABLE t (i INTEGER)");
            long durable = 0;
            boolean lied = false;
            long beganNanos = System.nanoTime();
            while (!lied && System.nanoTime() - beganNanos < TimeUnit.MINUTES.toNanos(2)) {
                try (Statement s = c.createStatement()) {
                    s.execute("BEGIN");
                    s.execute("INSERT INTO t SELECT 1 FROM range(" + ROWS + ")"); // so that the COMMIT takes its time
                    AtomicBoolean over = new AtomicBoolean();
                    CountDownLatch running = new CountDownLatch(1);
                    CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
                        running.countDown();
                        cancelUntil(over, s);
                    });
                    running.await();
                    SQLException failure = catchThrowableOfType(SQLException.class, () -> s.execute("COMMIT"));
                    over.set(true);
                    canceller.join();
                    long rows = Long.parseLong(read(other, "SELECT count(*) FROM t"));
                    if (failure == null) {
                        assertThat(rows).isEqualTo(durable + ROWS);
                    } else {
                        assertThat((Throwable) failure).hasMessageContaining("INTERRUPT");
                        lied = rows > durable;
                        endAnyTransaction(c);
                    }
                    durable = rows;
                }
            }
            assertThat(lied).as("a COMMIT that was interrupted and is durable").isTrue();
        }
    }

    private static void cancelUntil(AtomicBoolean over, Statement s) {
        while (!over.get()) {
            try {
                s.cancel();
            } catch (SQLException e) {
                return;
            }
        }
    }

    private static void endAnyTransaction(Connection c) {
        try {
            run(c, "ROLLBACK");
        } catch (SQLException e) {
            assertThat((Throwable) e).hasMessageContaining("no transaction is active");
        }
    }

    /** Transaction.inOne: a batch in auto-commit mode is one transaction, and if its COMMIT fails the driver hides why. */
    @Test
    void aBatchWhoseCommitFailsHidesTheCause() throws Exception {
        String told = "";
        for (int round = 0; round < ROUNDS && !told.contains("no transaction is active"); round++) {
            // Else the other's commit came before the batch had looked at the key; then it is told so.
            assertThat(told).isIn("", "Constraint Error", TOO_LATE);
            try (DuckDBConnection one = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                    DuckDBConnection two = one.duplicate();
                    DuckDBConnection watch = one.duplicate()) {
                run(one, "CREATE TABLE t (i INTEGER PRIMARY KEY)", "CREATE SEQUENCE begun");
                two.setAutoCommit(false);
                run(two, "INSERT INTO t VALUES (7)");
                told = batch(one, two, watch);
            }
        }
        assertThat(told).contains("cannot rollback - no transaction is active");
    }

    /** The first part takes the key and says that it has; while the second one works, the other transaction commits. */
    private static String batch(Connection one, Connection two, Connection watch) throws SQLException {
        try (PreparedStatement insert = one.prepareStatement("INSERT INTO t SELECT ? + 0 * nextval('begun')"
                + " WHERE (SELECT count(*) FROM range(?) r WHERE r.range % 7 = 3) >= 0")) {
            insert.setInt(1, 7);
            insert.setLong(2, 1);
            insert.addBatch();
            insert.setInt(1, 8);
            insert.setLong(2, 50_000_000);
            insert.addBatch();
            CompletableFuture<Boolean> commit = CompletableFuture.supplyAsync(() -> {
                try {
                    while (OneSlot.value(watch, "SELECT last_value FROM duckdb_sequences()") == null) {
                        Thread.onSpinWait();
                    }
                    two.commit();
                    return true;
                } catch (SQLException e) {
                    return false; // the batch was over before
                }
            });
            SQLException failure = catchThrowableOfType(SQLException.class, insert::executeBatch);
            if (!commit.join()) {
                return TOO_LATE;
            }
            return failure == null
                    ? "nothing"
                    : String.valueOf(failure.getMessage()).startsWith("Constraint")
                            ? "Constraint Error"
                            : failure.getMessage();
        }
    }

    private static String read(Connection c, String sql) throws SQLException {
        return String.valueOf(OneSlot.value(c, sql));
    }

    /** StatementCore.setQueryTimeout is JDBC's; this one is DuckDB's own, and a setting of the session. */
    @Test
    void maxExecutionTimeIsThereSince2() throws SQLException {
        try (DuckDBConnection c = open("time.db")) {
            if (isVersion("1.")) {
                assertThatThrownBy(() -> run(c, "SET max_execution_time = 50"))
                        .hasMessageContaining("unrecognized configuration parameter");
            } else {
                run(c, "SET max_execution_time = 50");
                assertThatThrownBy(
                                () -> run(
                                        c,
                                        "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range % 3"))
                        .isInstanceOf(SQLTimeoutException.class)
                        .hasMessageContaining("maximum execution time");
            }
        }
    }

    /** The lease: after its last close the file is whole by itself, and another process opens it without a replay. */
    @Test
    void theLastCloseTakesTheLogAway() throws SQLException {
        Path log = directory.resolve("wal.db.wal");
        try (DuckDBConnection one = open("wal.db")) {
            try (DuckDBConnection two = one.duplicate()) {
                run(two, "CREATE TABLE t AS SELECT 1 AS i");
            }
            assertThat(log).exists();
        }
        assertThat(log).doesNotExist();
    }

    /** FileLeases go by the real path: in 1.4 a link opens a second writer on the same file, and one of the two loses its work. */
    @Test
    void aLinkToAnOpenFile() throws Exception {
        Files.createSymbolicLink(directory.resolve("link.db"), directory.resolve("file.db"));
        try (DuckDBConnection one = open("file.db")) {
            run(one, "CREATE TABLE t (i INTEGER)", "CHECKPOINT", "INSERT INTO t VALUES (1)");
            try (DuckDBConnection two = open("link.db")) {
                boolean second = isVersion("1.4");
                run(two, "INSERT INTO t VALUES (2)");
                assertThat(OneSlot.value(one, "SELECT count(*) FROM t")).isEqualTo(second ? "1" : "2");
            }
        }
    }

    /** SessionTouch counts PIVOT as touching. */
    @Test
    void pivotLeavesATemporaryType() throws SQLException {
        try (DuckDBConnection c = open("pivot.db")) {
            run(c, "CREATE TABLE t AS SELECT 'a' AS k, 1 AS v", "PIVOT t ON k USING sum(v)");
            assertThat(OneSlot.value(
                            c, "SELECT count(*) FROM duckdb_types() WHERE NOT internal AND database_name = 'temp'"))
                    .isEqualTo("1");
        }
    }

    /** LentResultSet.unwrap: Arrow's classes are not needed to reach the export, and it asks for them itself. */
    @Test
    void arrowIsReachedByUnwrapping() throws Exception {
        try (OneSlot slot = new OneSlot()) {
            try (Connection c = slot.borrow();
                    Statement s = c.createStatement();
                    ResultSet rows = s.executeQuery("SELECT 42")) {
                assertThat(rows.isWrapperFor(DuckDBResultSet.class)).isTrue();
                DuckDBResultSet raw = rows.unwrap(DuckDBResultSet.class);
                Method export = DuckDBResultSet.class.getMethod("arrowExportStream", Object.class, long.class);
                assertThatThrownBy(() -> export.invoke(raw, new Object(), 1L))
                        .isInstanceOf(InvocationTargetException.class)
                        .cause()
                        .satisfies(e -> assertThat(e.toString()).contains("rrow"));
            }
            assertThat(slot.discarded)
                    .as("what was handed out is not lent again")
                    .isEqualTo(1);
        }
    }
}
