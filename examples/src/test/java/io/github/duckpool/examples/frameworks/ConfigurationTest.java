package io.github.duckpool.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolConfig;
import io.github.duckpool.Sharing;
import java.io.StringReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Settings from a framework's configuration, and a data source that is there already. */
class ConfigurationTest {

    @TempDir
    private Path directory;

    /** What a framework does: it takes the keys below a prefix, in whatever style the user wrote them. */
    private static Map<String, String> section(String text) throws Exception {
        Properties all = new Properties();
        all.load(new StringReader(text));
        Map<String, String> section = new TreeMap<>();
        for (String name : all.stringPropertyNames()) {
            if (name.startsWith("letters.pool.")) {
                section.put(name.substring("letters.pool.".length()), all.getProperty(name));
            }
        }
        return section;
    }

    @Test
    void aConfigurationSectionMakesAPool() throws Exception {
        Map<String, String> section = section("""
                letters.pool.pool-name = letters
                letters.pool.max-size = 7
                letters.pool.minIdle = 2
                letters.pool.borrow-timeout = 50s
                letters.pool.leakThreshold = PT1M
                letters.pool.sharing = exclusive
                letters.pool.connection-init-sql = SET VARIABLE who = 'service'
                letters.pool.settings.memory_limit = 200MB
                letters.pool.threads = 1
                server.port = 8080
                """);
        section.put("database", directory.resolve("letters.duckdb").toString());

        try (DuckPool pool = DuckPool.builder().properties(section).build()) {
            DuckPoolConfig config = pool.config();
            assertThat(config.poolName()).isEqualTo("letters");
            assertThat(config.maxSize()).isEqualTo(7);
            assertThat(config.minIdle()).isEqualTo(2);
            assertThat(config.borrowTimeout()).isEqualTo(Duration.ofSeconds(50));
            assertThat(config.leakThreshold()).isEqualTo(Duration.ofMinutes(1));
            assertThat(config.sharing()).isEqualTo(Sharing.exclusive());
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT getvariable('who'), current_setting('threads'), current_setting('memory_limit')")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("service");
                assertThat(row.getInt(2)).isEqualTo(1);
                assertThat(row.getString(3)).isEqualTo("190.7 MiB");
            }
        }
        assertThat(directory.resolve("letters.duckdb")).exists();
    }

    @Test
    void aWrongKeyOrValueIsNamed() {
        assertThatThrownBy(() -> DuckPool.builder().properties(Map.of("largest-pool-size", 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was \"largest-pool-size\"")
                .hasMessageContaining("maxSize");
        assertThatThrownBy(() -> DuckPool.builder().properties(Map.of("max-size", "five")))
                .hasMessage("property max-size: must be a whole number, was \"five\"");
        assertThatThrownBy(() -> DuckPool.builder().properties(Map.of("max-size", 0)))
                .hasMessage("property max-size: maxSize must be at least 1, was 0");
        assertThatThrownBy(() -> DuckPool.builder().properties(Map.of("borrow-timeout", "30 x")))
                .hasMessageContaining("property borrow-timeout: must be a time such as 30s")
                .hasMessageContaining("was \"30 x\"");
    }

    @Test
    void anExistingDataSourceIsWrapped() throws Exception {
        String url = "jdbc:duckdb:" + directory.resolve("letters.duckdb");
        DriverManagerDataSource existing = new DriverManagerDataSource(url);

        try (DuckPool pool = DuckPool.builder().dataSource(existing).maxSize(2).build()) {
            try (Connection first = pool.getConnection();
                    Connection second = pool.getConnection();
                    Statement statement = first.createStatement()) {
                statement.execute("CREATE TABLE letter(id INTEGER)");
                statement.execute("INSERT INTO letter VALUES (1)");
                assertThat(count(second)).isEqualTo(1);
            }
            assertThat(pool.unwrap(DriverManagerDataSource.class)).isSameAs(existing);
            assertThat(pool.stats().active()).isZero();
        }
        try (Connection after = DriverManager.getConnection(url)) {
            assertThat(count(after)).isEqualTo(1);
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM letter")) {
            row.next();
            return row.getInt(1);
        }
    }
}
