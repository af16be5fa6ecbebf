package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the driver's option turns auto-commit off, borrowers find it off, and the pool's own statements are committed all the same. */
@Timeout(60)
class AutoCommitOffTest {
    @TempDir
    Path directory;

    private DuckPool pool(boolean bySetting) {
        String url = "jdbc:duckdb:" + directory.resolve("w.duckdb");
        DuckPoolBuilder builder = DuckPool.builder()
                .maxSize(2)
                .initSql("CREATE TABLE IF NOT EXISTS t (x INTEGER)")
                .connectionInitSql("SET VARIABLE seen = 1");
        return bySetting
                ? builder.url(url).setting("jdbc_auto_commit", "false").build()
                : builder.url(url + ";jdbc_auto_commit=false").build();
    }

    private int rowsInTheFile() throws SQLException {
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + directory.resolve("w.duckdb"))) {
            return intOf(c, "SELECT count(*) FROM t");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsAcknowledgedIsCommitted(boolean bySetting) throws Exception {
        try (DuckPool pool = pool(bySetting)) {
            pool.append("t", 1);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Integer> blocker = WriteFixture.block(pool, release);
            CompletableFuture<?> two = pool.appendAsync("t", 2);
            CompletableFuture<?> three = pool.appendAsync("t", 3);
            release.countDown();
            blocker.get(10, TimeUnit.SECONDS);
            two.get(10, TimeUnit.SECONDS);
            three.get(10, TimeUnit.SECONDS);
            List<CompletableFuture<?>> many = IntStream.range(0, 100)
                    .<CompletableFuture<?>>mapToObj(i -> pool.appendAsync("t", i))
                    .toList();
            for (CompletableFuture<?> row : many) {
                row.get(10, TimeUnit.SECONDS);
            }
            assertThat(pool.append("t", IntStream.range(0, 1_000).mapToObj(i -> new Object[] {i})))
                    .isEqualTo(1_000);
            pool.write(c -> {
                run(c, "INSERT INTO t VALUES (4)");
                return 0;
            });
            assertThat(pool.<Integer>read(c -> intOf(c, "SELECT count(*) FROM t")))
                    .isEqualTo(1_104);
        }
        assertThat(rowsInTheFile()).isEqualTo(1_104);
    }

    @Test
    void everyBorrowerFindsItOff() throws Exception {
        try (DuckPool pool = pool(false)) {
            for (int i = 0; i < 4; i++) {
                try (Connection c = pool.getConnection()) {
                    assertThat(c.getAutoCommit()).as("borrow %d", i).isFalse();
                    assertThat(intOf(c, "SELECT getvariable('seen')")).isEqualTo(1);
                    c.rollback();
                    assertThat(intOf(c, "SELECT getvariable('seen')")).isEqualTo(1);
                    run(c, "INSERT INTO t VALUES (1)");
                }
                pool.append("t", 2);
                try (Connection c = pool.getConnection()) {
                    c.setAutoCommit(true);
                }
                try (Connection c = pool.getConnection()) {
                    assertThat(c.getAutoCommit()).as("after borrow %d", i).isFalse();
                }
            }
        }
        assertThat(rowsInTheFile()).as("what borrowers did not commit is gone").isEqualTo(4);
    }
}
