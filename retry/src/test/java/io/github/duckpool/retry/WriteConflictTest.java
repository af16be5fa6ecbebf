package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.GroupCommit;
import io.github.duckpool.Sharing;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pool.write} against a writer that knows nothing of the line: a plain connection to the same database. */
@Timeout(60)
class WriteConflictTest {
    @TempDir
    Path directory;

    private Path file;
    private Connection stranger;

    @BeforeEach
    void openBesideThePool() throws SQLException {
        file = directory.resolve("letters.duckdb");
        stranger = DriverManager.getConnection("jdbc:duckdb:" + file);
        run(stranger, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
        run(stranger, "INSERT INTO t VALUES (1, 0)");
        stranger.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        stranger.close();
    }

    private DuckPool pool(int group) {
        var builder = DuckPool.builder()
                .database(file)
                .sharing(Sharing.exclusive())
                .poolName("letters")
                .retry(LockRetry.builder()
                        .conflicts(b -> b.initialBackoff(Duration.ofMillis(1)).maxBackoff(Duration.ofMillis(5)))
                        .build());
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        return builder.build();
    }

    private static void run(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int n(Connection c) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("SELECT n FROM t WHERE id = 1")) {
            assertThat(rows.next()).isTrue();
            return rows.getInt(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void aConflictIsRetriedAndThePlaceInLineKept(int group) throws Exception {
        run(stranger, "UPDATE t SET n = 100 WHERE id = 1");
        try (DuckPool pool = pool(group)) {
            AtomicInteger attempts = new AtomicInteger();
            CompletableFuture<Integer> first = pool.writeAsync(c -> {
                attempts.incrementAndGet();
                run(c, "UPDATE t SET n = n + 1 WHERE id = 1");
                return n(c);
            });
            while (attempts.get() < 3) {
                assertThat(first).isNotDone();
                TimeUnit.MILLISECONDS.sleep(1);
            }
            // It would not conflict, and must wait all the same.
            CompletableFuture<Integer> second = pool.writeAsync(c -> {
                run(c, "INSERT INTO t VALUES (2, " + n(c) + ")");
                return n(c);
            });
            int before = attempts.get();
            while (attempts.get() < before + 3) {
                assertThat(second).isNotDone();
                TimeUnit.MILLISECONDS.sleep(1);
            }
            stranger.commit();
            assertThat(first.get())
                    .as("done again from its start, on the stranger's commit")
                    .isEqualTo(101);
            assertThat(second.get()).as("served after the first").isEqualTo(101);
            assertThat(attempts).hasValueGreaterThan(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void atTheDeadlineTheConflictIsToldWithTheFacts(int group) throws Exception {
        run(stranger, "UPDATE t SET n = 100 WHERE id = 1");
        try (DuckPool pool = pool(group)) {
            AtomicInteger attempts = new AtomicInteger();
            long millis = 300;
            while (true) {
                tellAtTheDeadline(pool, attempts, millis);
                if (attempts.get() > 3) {
                    break;
                }
                millis *= 4; // too little for so many attempts on this machine
                assertThat(millis).isLessThan(60_000);
                attempts.set(0);
            }
            stranger.rollback();
            assertThat(pool.<Integer>write(WriteConflictTest::n))
                    .as("nothing of it is there")
                    .isZero();
            assertThat(pool.stats().active()).isZero();
        }
    }

    private static void tellAtTheDeadline(DuckPool pool, AtomicInteger attempts, long millis) {
        long startNanos = System.nanoTime();
        assertThatThrownBy(() -> pool.write(
                        c -> {
                            attempts.incrementAndGet();
                            run(c, "UPDATE t SET n = n + 1 WHERE id = 1");
                            return 0;
                        },
                        Duration.ofMillis(millis)))
                // Whichever notices first that the time is over: the retry, or the write.
                .satisfiesAnyOf(
                        e -> assertThat(e)
                                .isInstanceOf(SQLTransactionRollbackException.class)
                                .hasMessageContaining("attempts"),
                        e -> assertThat(e)
                                .isInstanceOf(SQLTimeoutException.class)
                                .hasMessageContaining("letters: not done within " + millis + " ms: waited "));
        assertThat(System.nanoTime() - startNanos).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(millis * 2 / 3));
    }
}
