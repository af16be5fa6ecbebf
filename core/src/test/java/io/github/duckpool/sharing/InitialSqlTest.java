package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.observe.Alert;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Initial SQL that meets the lock of another file: that is nothing to wait for in the line of this one. */
@Timeout(60)
class InitialSqlTest {
    @TempDir
    Path directory;

    @Test
    void aFileThatAnotherPoolOfThisProcessHasCanNotBeAttachedAndSaysSoAtOnce() throws Exception {
        Path archive = directory.resolve("archive.duckdb");
        try (DuckPool other = DuckPool.builder().database(archive).build();
                Connection held = other.getConnection();
                Statement statement = held.createStatement()) {
            statement.execute("CREATE TABLE letter (id INTEGER)");
            assertToldAtOnce(archive);
        }
    }

    @Test
    void aFileThatAnotherProcessHasCanNotBeAttachedAndSaysSoAtOnce() throws Exception {
        Path archive = directory.resolve("archive.duckdb");
        try (ForeignProgram program = ForeignProgram.start(archive)) {
            assertThat(program.answer()).isEqualTo("open");
            assertToldAtOnce(archive);
        }
    }

    private void assertToldAtOnce(Path archive) throws SQLException {
        List<Alert> alerts = new CopyOnWriteArrayList<>();
        String sql = "ATTACH '" + archive + "' AS archive";
        try (DuckPool pool = DuckPool.builder()
                .database(directory.resolve("letters.duckdb"))
                .borrowTimeout(Duration.ofMinutes(10))
                .alertListener(alerts::add)
                .initSql(sql)
                .build()) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContainingAll("initSql", sql);
            assertThat(alerts).isEmpty();
        }
    }
}
