package io.github.duckpool.examples.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import io.github.duckpool.retry.LockRetry;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

class GuardedDatabaseTest {
    private static final LockRetry SHORT = LockRetry.builder()
            .fileLocks(locks -> locks.maxAttempts(2).initialBackoff(Duration.ofMillis(1)))
            .build();

    @TempDir
    private Path directory;

    private static int views(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT views FROM letters")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theBreakerSparesCallersTheWaitForAFileThatStaysLocked() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        DataSource source = new SimpleDriverDataSource(new DuckDBDriver(), "jdbc:duckdb:" + file);
        CircuitBreaker breaker = GuardedDatabase.breakerForLocks(3, Duration.ofHours(1));
        GuardedDatabase database = new GuardedDatabase(source, breaker, GuardedDatabase.bulkhead(4), SHORT);

        try (LockHolderProcess holder = LockHolderProcess.hold(file)) {
            for (int call = 0; call < 3; call++) {
                assertThatThrownBy(() -> database.call(GuardedDatabaseTest::views))
                        .isInstanceOf(SQLTransientConnectionException.class)
                        .hasMessageContaining("2 attempts");
            }
            assertThatThrownBy(() -> database.call(GuardedDatabaseTest::views))
                    .isInstanceOf(CallNotPermittedException.class);
        }
        breaker.transitionToHalfOpenState();
        assertThat(database.call(GuardedDatabaseTest::views)).isEqualTo(7);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void aWrongStatementDoesNotOpenTheBreaker() {
        CircuitBreaker breaker = GuardedDatabase.breakerForLocks(2, Duration.ofHours(1));
        try (DuckPool pool = DuckPool.builder().database(":memory:").build()) {
            GuardedDatabase database = new GuardedDatabase(pool, breaker, GuardedDatabase.bulkhead(4), SHORT);
            for (int call = 0; call < 5; call++) {
                assertThatThrownBy(() -> database.call(GuardedDatabaseTest::views))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("letters");
            }
        }
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void theBulkheadRefusesOneCallerTooManyAndIsFreeAgainAfterwards() throws Exception {
        Bulkhead bulkhead = GuardedDatabase.bulkhead(1);
        try (DuckPool pool = DuckPool.builder()
                .database(directory.resolve("bulkhead.duckdb"))
                .sharing(Sharing.exclusive())
                .initSql("CREATE TABLE IF NOT EXISTS letters AS SELECT 7 AS views")
                .build()) {
            GuardedDatabase database =
                    new GuardedDatabase(pool, GuardedDatabase.breakerForLocks(3, Duration.ofHours(1)), bulkhead, SHORT);
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch leave = new CountDownLatch(1);
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> {
                try {
                    return database.call(connection -> {
                        inside.countDown();
                        awaitQuietly(leave);
                        return views(connection);
                    });
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            inside.await();
            assertThatThrownBy(() -> database.call(GuardedDatabaseTest::views))
                    .isInstanceOf(BulkheadFullException.class);
            leave.countDown();
            assertThat(first.join()).isEqualTo(7);
            assertThat(database.call(GuardedDatabaseTest::views)).isEqualTo(7);
        }
    }
}
