package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DuckPoolTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    static int intOf(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getInt(1);
        }
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void lendsConnectionsToOneFile() throws Exception {
        try (DuckPool pool = DuckPool.builder().database(file()).build()) {
            try (Connection one = pool.getConnection();
                    Connection two = pool.getConnection()) {
                run(one, "CREATE TABLE letter (id INTEGER)");
                run(one, "INSERT INTO letter VALUES (7)");
                assertThat(intOf(two, "SELECT id FROM letter")).isEqualTo(7);
                assertThat(pool.stats().active()).isEqualTo(2);
            }
            assertThat(pool.stats().active()).isZero();
            assertThat(pool.stats().idle()).isEqualTo(2);
            assertThat(pool.stats().borrows()).isEqualTo(2);
        }
    }

    @Test
    void closingGivesTheFileLockBack() throws Exception {
        DuckPool pool = DuckPool.builder().database(file()).build();
        try (Connection c = pool.getConnection()) {
            run(c, "CREATE TABLE letter AS SELECT 1 AS id");
        }
        pool.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
        // A different configuration is refused by DuckDB as long as any connection of this process is open.
        Properties readOnly = new Properties();
        readOnly.setProperty("duckdb.read_only", "true");
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + file(), readOnly)) {
            assertThat(intOf(c, "SELECT id FROM letter")).isEqualTo(1);
        }
        assertThatThrownBy(pool::getConnection)
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("the pool is closed");
    }

    @Test
    void privateMemoryIsOneDatabaseForAllConnections() throws Exception {
        for (DuckPoolBuilder builder : List.of(
                DuckPool.builder().url("jdbc:duckdb:"), DuckPool.builder().database(":memory:"))) {
            try (DuckPool pool = builder.build();
                    Connection one = pool.getConnection();
                    Connection two = pool.getConnection()) {
                run(one, "CREATE TABLE t AS SELECT 5 AS x");
                assertThat(intOf(two, "SELECT x FROM t")).isEqualTo(5);
            }
        }
    }

    @Test
    void wrapsADataSource() throws Exception {
        try (DuckPool inner = DuckPool.builder().database(":memory:").maxSize(3).build();
                DuckPool pool = DuckPool.builder().dataSource(inner).build();
                Connection one = pool.getConnection();
                Connection two = pool.getConnection()) {
            run(one, "CREATE TABLE t AS SELECT 5 AS x");
            assertThat(intOf(two, "SELECT x FROM t")).isEqualTo(5);
            assertThat(pool.unwrap(DuckPool.class)).isSameAs(pool);
        }
    }

    @Test
    void timesOutWithFacts() throws Exception {
        try (DuckPool pool = DuckPool.builder()
                        .database(":memory:")
                        .maxSize(1)
                        .poolName("letters")
                        .leakThreshold(Duration.ofMinutes(1))
                        .build();
                Connection held = pool.getConnection()) {
            assertThatThrownBy(() -> pool.getConnection(Duration.ofMillis(30)))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("letters: no connection came free within 30 ms")
                    .hasMessageContaining("active 1, idle 0, waiting 0, max 1")
                    .hasMessageContaining("by thread " + Thread.currentThread().getName())
                    .hasStackTraceContaining("DuckPoolTest.timesOutWithFacts");
            assertThat(pool.stats().timeouts()).isEqualTo(1);
            assertThat(held.isClosed()).isFalse();
        }
    }

    @Test
    void interruptEndsTheWaitAndKeepsTheFlag() throws Exception {
        try (DuckPool pool = DuckPool.builder().database(":memory:").maxSize(1).build();
                Connection held = pool.getConnection()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try {
                    pool.getConnection().close();
                } catch (SQLException e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            waiter.start();
            awaitWaiting(pool, 1);
            waiter.interrupt();
            waiter.join();
            assertThat(thrown.get())
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("interrupted");
            assertThat(flag.get()).isTrue();
            assertThat(held.isClosed()).isFalse();
        }
    }

    @Test
    void closingFailsWaitersAtOnceAndCutsOffWhatIsBorrowed() throws Exception {
        DuckPool pool = DuckPool.builder()
                .database(file())
                .maxSize(1)
                .closeTimeout(Duration.ZERO)
                .build();
        Connection held = pool.getConnection();
        CompletableFuture<Connection> waiting = pool.connectionAsync();
        awaitWaiting(pool, 1);
        pool.close();
        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SQLNonTransientConnectionException.class);
        assertThatThrownBy(() -> run(held, "SELECT 1")).isInstanceOf(SQLException.class);
        held.close();
    }

    @Test
    void futuresAreServedInOrderAndCancelledOnesAreSkipped() throws Exception {
        try (DuckPool pool = DuckPool.builder().database(":memory:").maxSize(1).build()) {
            Connection held = pool.getConnection();
            List<CompletableFuture<Connection>> line = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                line.add(pool.connectionAsync());
            }
            assertThat(line.get(0).cancel(false)).isTrue();
            held.close();
            Connection second = line.get(1).get(10, TimeUnit.SECONDS);
            assertThat(line.get(2)).isNotDone();
            second.close();
            line.get(2).get(10, TimeUnit.SECONDS).close();
            assertThat(pool.stats().active()).isZero();
        }
    }

    @Test
    void initSqlRunsOncePerDatabaseAndConnectionInitSqlOnEach() throws Exception {
        try (DuckPool pool = DuckPool.builder()
                .database(":memory:")
                .initSql("CREATE TABLE opened AS SELECT 1 AS x")
                .initSql("CREATE SEQUENCE connections")
                .connectionInitSql("SELECT nextval('connections')")
                .build()) {
            try (Connection a = pool.getConnection();
                    Connection b = pool.getConnection()) {
                assertThat(intOf(a, "SELECT count(*) FROM opened")).isEqualTo(1);
                assertThat(intOf(b, "SELECT nextval('connections')")).isEqualTo(3);
            }
        }
    }

    @Test
    void anOpeningThatFailsTellsEveryWaiterAndIsTriedAgain() throws Exception {
        Path missing = directory.resolve("missing/letters.duckdb");
        try (DuckPool pool = DuckPool.builder().database(missing).build()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(pool::getConnection)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("missing");
            }
            assertThat(missing.getParent()).doesNotExist();
            java.nio.file.Files.createDirectory(missing.getParent());
            try (Connection c = pool.getConnection()) {
                assertThat(intOf(c, "SELECT 42")).isEqualTo(42);
            }
        }
    }

    static void awaitWaiting(DuckPool pool, int waiting) {
        while (pool.stats().waiting() < waiting) {
            Thread.onSpinWait();
        }
    }
}
