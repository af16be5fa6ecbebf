package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.DuckPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The holder of a big file is killed in the middle of a transaction, with commits that are only in DuckDB's log. */
class CrashRecoveryTest {
    private static final int ROWS = 300;

    @TempDir
    Path directory;

    @Test
    void whoComesNextHasEveryCommittedRowAndNoOther() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        fill(file);
        assertThat(Files.size(file)).isGreaterThan(45_000_000);
        Path output = directory.resolve("output");
        Process holder = ChildJvm.start(CrashingHolder.class, output, file.toString(), Integer.toString(ROWS));
        try (DuckPool pool = DuckPool.builder()
                .database(file)
                .borrowTimeout(Duration.ofMinutes(2))
                .build()) {
            while (!ChildJvm.read(output).contains("in a transaction")) {
                assertThat(holder.isAlive()).as(() -> ChildJvm.read(output)).isTrue();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            CompletableFuture<Connection> next = pool.connectionAsync();
            assertThat(Files.size(directory.resolve("letters.duckdb.wal"))).isPositive();
            assertThat(next).isNotDone();

            holder.destroyForcibly().waitFor();

            try (Connection connection = next.get(2, TimeUnit.MINUTES);
                    Statement statement = connection.createStatement()) {
                assertCommitted(statement, ROWS);
                statement.execute("INSERT INTO letter VALUES (" + ROWS + ", 'the next process''s')");
            }
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            assertCommitted(statement, ROWS + 1);
            try (ResultSet bulk = statement.executeQuery("SELECT (SELECT bit_xor(number) FROM bulk)"
                    + " = (SELECT bit_xor(hash(i)) FROM range(6500000) AS r (i))")) {
                bulk.next();
                assertThat(bulk.getBoolean(1)).as("what was there before").isTrue();
            }
        }
    }

    private static void fill(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bulk AS SELECT hash(i) AS number FROM range(6500000) AS r (i)");
            statement.execute("CREATE TABLE letter (number INTEGER, text VARCHAR)");
        }
    }

    private static void assertCommitted(Statement statement, int rows) throws SQLException {
        try (ResultSet found = statement.executeQuery(
                "SELECT count(*), count(DISTINCT number), min(number), max(number) FROM letter")) {
            found.next();
            assertThat(found.getInt(1)).isEqualTo(rows);
            assertThat(found.getInt(2)).isEqualTo(rows);
            assertThat(found.getInt(3)).isZero();
            assertThat(found.getInt(4)).isEqualTo(rows - 1);
        }
    }
}
