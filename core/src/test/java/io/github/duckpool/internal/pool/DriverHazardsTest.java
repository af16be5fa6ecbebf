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

    /** CommitLock: an error of an interrupted COMMIT says nothing about the work. */
    @Test
    void anInterruptedCommitReportsFailureForWhatIsDurable() throws SQLException {
        boolean lied = false;
        for (int round = 0; !lied; round++) {
            try (DuckDBConnection c = open("commit" + round + ".db")) {
                run(c, "CREATE TABLE t (i INTEGER PRIMARY KEY)");
                c.setAutoCommit(false);
                try (Statement s = c.createStatement()) {
                    s.execute("INSERT INTO t SELECT range FROM range(1000)");
                    AtomicBoolean over = new AtomicBoolean();
                    CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
                        while (!over.get()) {
                            try {
                                s.cancel();
                            } catch (SQLException e) {
                                return;
                            }
                        }
                    });
                    SQLException failure = catchThrowableOfType(SQLException.class, c::commit);
                    over.set(true);
                    canceller.join();
                    if (failure != null) {
                        assertThat((Throwable) failure).hasMessageContaining("Interrupted");
                        try (Connection d = DriverManager.getConnection(c.getMetaData().getURL())) {
                            lied = "1000".equals(OneSlot.value(d, "SELECT count(*) FROM t"));
                        }
                    }
                }
            }
        }
    }

    /** Transaction.inOne: a batch in auto-commit mode is one transaction, and if its COMMIT fails the driver hides why. */
    @Test
    void aBatchWhoseCommitFailsHidesTheCause() throws Exception {
        try (DuckDBConnection one = open("batch.db");
                DuckDBConnection two = one.duplicate()) {
            run(one, "CREATE TABLE t (i INTEGER PRIMARY KEY)", "CREATE SEQUENCE begun");
            two.setAutoCommit(false);
            run(two, "INSERT INTO t VALUES (7)");
            try (PreparedStatement insert = one.prepareStatement(
                    "INSERT INTO t SELECT ? + 0 * nextval('begun') FROM (SELECT count(*) FROM range(50000000) r WHERE r.range % 7 = 3)")) {
                insert.setInt(1, 7);
                insert.addBatch();
                CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
                    try (Connection watch = one.duplicate()) {
                        two.commit();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                SQLException failure = catchThrowableOfType(SQLException.class, insert::executeBatch);
                other.join();
                assertThat((Throwable) failure).isNotNull();
            }
        }
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
                assertThatThrownBy(() -> run(
                                c, "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range % 3"))
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
            assertThat(slot.discarded).as("what was handed out is not lent again").isEqualTo(1);
        }
    }
}
