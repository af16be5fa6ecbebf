package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.Polling;
import io.github.duckpool.Sharing;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a borrower finds when the file was passed on and has come back. */
class ReopeningTest {
    @TempDir
    Path directory;

    private DuckPoolBuilder builder() {
        return DuckPool.builder()
                .database(directory.resolve("letters.duckdb"))
                .borrowTimeout(Duration.ofMinutes(1))
                .sharing(Sharing.cooperative().withMinSlice(Duration.ZERO));
    }

    private static String ask(DuckPool pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void settingsAndInitialSqlAreAppliedAgain() throws Exception {
        try (DuckPool pool = builder()
                .threads(1)
                .setting("default_null_order", "nulls_first")
                .initSql("CREATE TABLE IF NOT EXISTS opening (number INTEGER)")
                .initSql("INSERT INTO opening VALUES (1)")
                .connectionInitSql("SET VARIABLE greeting = 'hello'")
                .build()) {
            for (int openings = 1; openings <= 3; openings++) {
                assertThat(ask(pool, "SELECT count(*) FROM opening")).isEqualTo(Integer.toString(openings));
                assertThat(ask(pool, "SELECT current_setting('threads')")).isEqualTo("1");
                assertThat(ask(pool, "SELECT lower(current_setting('default_null_order'))"))
                        .contains("first");
                assertThat(ask(pool, "SELECT getvariable('greeting')")).isEqualTo("hello");
                try (Permit turn = FileMutex.of(directory.resolve("letters.duckdb"))
                        .acquire()
                        .get(1, TimeUnit.MINUTES)) {
                    assertThat(turn).isNotNull(); // the pool has closed the file
                }
            }
        }
    }

    @Test
    void whoAsksAgainAndAgainWithoutWaitingHasTheFileOpenedAgain() throws Exception {
        try (DuckPool pool = builder().build()) {
            assertThat(ask(pool, "SELECT 42")).isEqualTo("42");
            try (Permit turn =
                    FileMutex.of(directory.resolve("letters.duckdb")).acquire().get(1, TimeUnit.MINUTES)) {
                assertThat(turn).isNotNull();
                for (int i = 0; i < 20; i++) {
                    assertThatThrownBy(() -> pool.getConnection(Duration.ZERO))
                            .isInstanceOf(SQLTransientConnectionException.class);
                }
            }
            Polling.poll(() -> pool.getConnection(Duration.ZERO)).close();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aHardLinkIsRefusedWhileTheFileIsOpenAndServedAfterwards() throws Exception {
        Path link = directory.resolve("link.duckdb");
        try (DuckPool pool = builder().build()) {
            assertThat(ask(pool, "SELECT 42")).isEqualTo("42");
            Files.createLink(link, directory.resolve("letters.duckdb"));
            try (DuckPool linked = builder().database(link).build()) {
                assertThatThrownBy(linked::getConnection)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContainingAll(
                                "link.duckdb", "letters.duckdb", "hard link", "drop each other's lock");
                pool.close();
                assertThat(ask(linked, "SELECT 42")).isEqualTo("42");
            }
        }
    }
}
