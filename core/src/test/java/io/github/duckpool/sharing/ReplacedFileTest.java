package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.Sharing;
import io.github.duckpool.observe.Alert;
import io.github.duckpool.observe.Health;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A database file that is deleted, moved or replaced while a pool has it open: DuckDB goes on as if nothing had happened. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class ReplacedFileTest {
    @TempDir
    Path directory;

    private final List<Alert> alerts = new CopyOnWriteArrayList<>();
    private Path file;
    private Path other;

    @BeforeEach
    void makeFiles() throws SQLException {
        file = directory.resolve("letters.duckdb");
        other = directory.resolve("other.duckdb");
        for (Path each : List.of(file, other)) {
            try (DuckPool pool = DuckPool.builder().database(each).build()) {
                run(pool, "CREATE TABLE letter AS SELECT '" + each.getFileName() + "' AS origin");
            }
        }
    }

    private DuckPoolBuilder builder(Path path) {
        return DuckPool.builder().database(path).alertListener(alerts::add);
    }

    private static void run(DuckPool pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String letters(DuckPool pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT string_agg(origin ORDER BY origin) FROM letter")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void assertNoticed(DuckPool pool, String fact) throws Exception {
        while (pool.health().status() != Health.Status.DOWN || alerts.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(10); // the pool looks every second, and tells after it has noted
        }
        assertThat(pool.health().reasons()).singleElement().asString().contains(fact, file.toString());
        assertThat(alerts).extracting(Alert::kind).containsExactly(Alert.Kind.FILE_REPLACED);
        assertThatThrownBy(() -> run(pool, "INSERT INTO letter VALUES ('late')"))
                .isInstanceOf(SQLException.class)
                .hasMessageContainingAll("nothing is lent any more", fact, file.toString());
    }

    @Test
    void whoReplacesItIsNoticedAndFindsNothingOfTheFormerOneInTheNewOne() throws Exception {
        try (DuckPool pool = builder(file).build()) {
            run(pool, "INSERT INTO letter VALUES ('before')"); // is in the log
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertNoticed(pool, "replaced");
        }
        try (DuckPool pool = builder(file).build()) {
            assertThat(letters(pool)).isEqualTo("other.duckdb");
            assertThat(pool.health().status()).isEqualTo(Health.Status.UP);
        }
    }

    @Test
    void aFurtherPoolHidesNothing() throws Exception {
        try (DuckPool pool = builder(file).build();
                DuckPool second = builder(file).build()) {
            run(pool, "INSERT INTO letter VALUES ('before')");
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            var joining = second.connectionAsync();
            while (pool.health().status() != Health.Status.DOWN) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            joining.thenAccept(ReplacedFileTest::close);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatWasMovedAwayHasAllThatWasAcknowledged() throws Exception {
        Path moved = directory.resolve("moved.duckdb");
        try (DuckPool pool = builder(file).build()) {
            run(pool, "INSERT INTO letter VALUES ('before')");
            try (Connection lent = pool.getConnection(); // for as long as it takes
                    Statement statement = lent.createStatement()) {
                Files.move(file, moved);
                statement.execute("INSERT INTO letter VALUES ('after')");
            }
            assertNoticed(pool, "moved away");
        }
        try (DuckPool pool = builder(moved).build()) {
            assertThat(letters(pool)).isEqualTo("after,before,letters.duckdb");
        }
    }

    @Test
    void whatHasTheFileForAShortTimeLooksBeforeItClosesIt() throws Exception {
        try (DuckPool pool = builder(file).sharing(Sharing.exclusive()).build()) {
            run(pool, "INSERT INTO letter VALUES ('before')");
            Files.delete(file);
        }
        assertThat(alerts).extracting(Alert::kind).containsExactly(Alert.Kind.FILE_REPLACED);
    }

    @Test
    void whoOnlyReadsMayBeGivenANewFile() throws Exception {
        try (DuckPool pool = builder(file).sharing(Sharing.readOnly()).build()) {
            assertThat(letters(pool)).isEqualTo("letters.duckdb");
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            TimeUnit.MILLISECONDS.sleep(2_500); // two looks
            assertThat(letters(pool)).isEqualTo("letters.duckdb");
            assertThat(pool.health().status()).isEqualTo(Health.Status.UP);
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    void aSymbolicLinkThatIsTurnedElsewhereChangesNothing() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("current.duckdb"), file);
        try (DuckPool pool = builder(link).build()) {
            run(pool, "INSERT INTO letter VALUES ('before')");
            Files.delete(link);
            Files.createSymbolicLink(link, other);
            TimeUnit.MILLISECONDS.sleep(2_500);
            run(pool, "INSERT INTO letter VALUES ('after')");
            assertThat(pool.health().status()).isEqualTo(Health.Status.UP);
        }
        assertThat(alerts).isEmpty();
    }
}
