package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DuckPoolBuilderTest {

    private static DuckPoolConfig config(Consumer<DuckPoolBuilder> settings) {
        DuckPoolBuilder builder = DuckPool.builder();
        settings.accept(builder);
        if (!builder.namesDatabase()) {
            builder.database(":memory:");
        }
        try (DuckPool pool = builder.build()) {
            return pool.config();
        }
    }

    @Test
    void defaults() {
        DuckPoolConfig config = config(b -> {});
        assertThat(config.poolName()).matches("duckpool-\\d+");
        assertThat(config.url()).isEqualTo("jdbc:duckdb:");
        assertThat(config.dataSource()).isEmpty();
        assertThat(config.maxSize()).isEqualTo(5);
        assertThat(config.minIdle()).isZero();
        assertThat(config.borrowTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.maxLifetime()).isZero();
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.leakThreshold()).isZero();
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.maxOvertaking()).isEqualTo(Duration.ofMillis(1));
        assertThat(config.maxQueuedWrites()).isEqualTo(100_000);
        assertThat(config.statementCacheSize()).isEqualTo(32);
        assertThat(config.readOnly()).isFalse();
        assertThat(config.initSql()).isEmpty();
        assertThat(config.connectionInitSql()).isEmpty();
        assertThat(config.settings()).isEmpty();
        assertThat(config.sharing()).isEqualTo(Sharing.exclusive());
        assertThat(config.retry()).isSameAs(RetryPolicy.none());
    }

    @Test
    void everySetterArrivesInTheConfiguration() {
        DuckPoolConfig config = config(b -> b.poolName("letters")
                .maxSize(7)
                .minIdle(2)
                .borrowTimeout(Duration.ofMillis(1))
                .maxLifetime(Duration.ofMillis(2_000))
                .idleTimeout(Duration.ofMillis(3_000))
                .leakThreshold(Duration.ofMillis(4_000))
                .closeTimeout(Duration.ofMillis(5))
                .maxOvertaking(Duration.ZERO)
                .statementCacheSize(8)
                .initSql("SELECT 1")
                .initSql("SELECT 2")
                .connectionInitSql("SELECT 3")
                .threads(3)
                .memoryLimit("1GB")
                .setting("temp_directory", "/tmp/letters"));
        assertThat(config.poolName()).isEqualTo("letters");
        assertThat(config.maxSize()).isEqualTo(7);
        assertThat(config.minIdle()).isEqualTo(2);
        assertThat(config.borrowTimeout()).isEqualTo(Duration.ofMillis(1));
        assertThat(config.maxLifetime()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.leakThreshold()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofMillis(5));
        assertThat(config.maxOvertaking()).isZero();
        assertThat(config.statementCacheSize()).isEqualTo(8);
        assertThat(config.initSql()).containsExactly("SELECT 1", "SELECT 2");
        assertThat(config.connectionInitSql()).containsExactly("SELECT 3");
        assertThat(config.settings())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("threads", "3", "memory_limit", "1GB", "temp_directory", "/tmp/letters"));
        assertThat(config.toString()).contains("letters", "maxSize=7", "temp_directory");
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad("maxSize must be at least 1, was 0", b -> b.maxSize(0)),
                bad("maxSize must be at most 4096, was 4097", b -> b.maxSize(4097)),
                bad("minIdle must be at least 0, was -1", b -> b.minIdle(-1)),
                bad("minIdle must be at most maxSize, was 6 with maxSize 5", b -> b.minIdle(6)),
                bad("borrowTimeout must be longer than zero, was PT0S", b -> b.borrowTimeout(Duration.ZERO)),
                bad("maxLifetime must not be negative, was PT-1S", b -> b.maxLifetime(Duration.ofSeconds(-1))),
                bad("idleTimeout must not be negative, was PT-1S", b -> b.idleTimeout(Duration.ofSeconds(-1))),
                bad("leakThreshold must not be negative, was PT-1S", b -> b.leakThreshold(Duration.ofSeconds(-1))),
                bad("closeTimeout must not be negative, was PT-1S", b -> b.closeTimeout(Duration.ofSeconds(-1))),
                bad("maxQueuedWrites must be at least 1, was 0", b -> b.maxQueuedWrites(0)),
                bad("maxOvertaking must not be negative, was PT-1S", b -> b.maxOvertaking(Duration.ofSeconds(-1))),
                bad("statementCacheSize must be at least 0, was -1", b -> b.statementCacheSize(-1)),
                bad("threads must be at least 1, was 0", b -> b.threads(0)),
                bad("poolName must not be blank, was \" \"", b -> b.poolName(" ")),
                bad("initSql must not be blank, was \"\"", b -> b.initSql("")),
                bad("connectionInitSql must not be blank, was \"\"", b -> b.connectionInitSql("")),
                bad("setting must not be blank, was \"\"", b -> b.setting("", "1")),
                bad("setting memory_limit must not be blank, was \" \"", b -> b.memoryLimit(" ")),
                bad("setting jdbc_pin_db must be false", b -> b.setting("jdbc_pin_db", "true")),
                bad("setting jdbc_pin_db must be false", b -> b.url("jdbc:duckdb:x.db;jdbc_pin_db=true")),
                bad("database must be a path or \":memory:\", was \" \"", b -> b.database(" ")),
                bad("database must not contain ';'", b -> b.database("a;b")),
                bad("url must start with \"jdbc:duckdb:\", was \"jdbc:h2:x\"", b -> b.url("jdbc:h2:x")),
                bad(
                        "needs a database file to take turns on, was \"jdbc:duckdb:\"",
                        b -> b.sharing(Sharing.cooperative())),
                bad(
                        "readOnly goes with Sharing.readOnly() or Sharing.exclusive(), was ",
                        b -> b.database("x.db").readOnly(true).sharing(Sharing.cooperative())));
    }

    private static Arguments bad(String message, Consumer<DuckPoolBuilder> setting) {
        return Arguments.of(message, setting);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badValues")
    void refusesABadValueWithTheRuleAndTheValue(String message, Consumer<DuckPoolBuilder> setting) {
        assertThatIllegalArgumentException().isThrownBy(() -> config(setting)).withMessageContaining(message);
    }

    @Test
    void wantsADatabase() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DuckPool.builder().build())
                .withMessage("one of database, url or dataSource must be given, was none");
    }

    @Test
    void wantsOneDatabaseNotTwo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        config(b -> b.url("jdbc:duckdb:b.db;password=secret").database("a.db")))
                .withMessage(
                        "only one of database and url must be given, was database \"a.db\" and url \"jdbc:duckdb:b.db\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(b -> b.database(":memory:").url("jdbc:duckdb:b.db")))
                .withMessageContaining("was database \":memory:\" and url \"jdbc:duckdb:b.db\"");
        Properties both = new Properties();
        both.setProperty("database", "a.db");
        both.setProperty("jdbcUrl", "jdbc:duckdb:b.db");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(b -> b.properties(both)))
                .withMessageContaining("was database \"a.db\" and url \"jdbc:duckdb:b.db\"");
    }

    @Test
    void besideADataSourceOnlyItsFileIsNamed() {
        DataSource source = new UselessSource() {
            @Override
            public Connection getConnection() throws SQLException {
                throw new SQLException("nobody asks");
            }

            @Override
            public String toString() {
                return "letters";
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> config(b -> b.url("jdbc:duckdb:a.db;threads=1").dataSource(source)))
                .withMessage("only one of url and dataSource must be given, was url \"jdbc:duckdb:a.db;threads=1\""
                        + " and dataSource letters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(b -> b.database(":memory:").dataSource(source)))
                .withMessage("database must be the file that dataSource opens, to take turns on it, was \":memory:\""
                        + " and dataSource letters");
        DuckPoolConfig config = config(b -> b.dataSource(source).database("a.db"));
        assertThat(config.sharing()).isEqualTo(Sharing.cooperative());
        assertThat(config.dataSource()).contains(source);
    }

    @Test
    void aSetterThatIsCalledAgainReplaces() {
        assertThat(config(b -> b.database("a.db").database("b.db")).url()).isEqualTo("jdbc:duckdb:b.db");
        assertThat(config(b -> b.url("jdbc:duckdb:a.db").url("jdbc:duckdb:b.db"))
                        .url())
                .isEqualTo("jdbc:duckdb:b.db");
    }

    @Test
    void timesOfCenturiesAreTaken() throws Exception {
        try (DuckPool pool = DuckPool.builder()
                        .database(":memory:")
                        .borrowTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                        .closeTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                        .idleTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                        .maxLifetime(Duration.ofSeconds(Long.MAX_VALUE))
                        .leakThreshold(Duration.ofSeconds(Long.MAX_VALUE))
                        .maxOvertaking(Duration.ofSeconds(Long.MAX_VALUE))
                        .build();
                var connection = pool.getConnection();
                var another = pool.getConnection(Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThat(connection.isValid(1) && another.isValid(1)).isTrue();
            assertThat(pool.getLoginTimeout()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void theConfigurationIsACopy() {
        DuckPoolBuilder builder = DuckPool.builder().database(":memory:").initSql("SELECT 1");
        try (DuckPool pool = builder.build()) {
            builder.maxSize(9).initSql("SELECT 2").setting("threads", "1");
            assertThat(pool.config().maxSize()).isEqualTo(5);
            assertThat(pool.config().initSql()).containsExactly("SELECT 1");
            assertThat(pool.config().settings()).isEmpty();
        }
    }

    @Test
    void presetsYieldToWhatFollows() {
        DuckPoolConfig oltp = config(b -> b.threads(4).oltp());
        assertThat(oltp.settings()).containsEntry("threads", "1");
        assertThat(oltp.statementCacheSize()).isEqualTo(256);
        assertThat(config(b -> b.oltp().threads(2).statementCacheSize(3)).settings())
                .containsEntry("threads", "2");

        DuckPoolConfig analytics = config(b -> b.oltp().analytics());
        assertThat(analytics.settings())
                .doesNotContainKey("threads")
                .containsEntry("preserve_insertion_order", "false");
        assertThat(analytics.maxSize()).isEqualTo(2);
        assertThat(analytics.statementCacheSize()).isEqualTo(8);
    }

    @Test
    void sharingFollowsTheKindOfDatabase() {
        assertThat(config(b -> b.database(Path.of("x.db"))).sharing()).isEqualTo(Sharing.cooperative());
        assertThat(config(b -> b.database(Path.of("x.db")).readOnly(true)).sharing())
                .isEqualTo(Sharing.readOnly());
        for (String memory : List.of("jdbc:duckdb:", "jdbc:duckdb::memory:", "jdbc:duckdb::memory:letters")) {
            assertThat(config(b -> b.url(memory)).sharing()).isEqualTo(Sharing.exclusive());
        }
    }

    @Test
    void readOnlyIsUnderstoodHoweverItIsSaid() {
        assertThat(config(b -> b.setting("duckdb.read_only", "true")).readOnly())
                .isTrue();
        assertThat(config(b -> b.setting("access_mode", "read_only")).readOnly())
                .isTrue();
        assertThat(config(b -> b.database("x.db").sharing(Sharing.readOnly())).readOnly())
                .isTrue();
        Properties properties = new Properties();
        properties.setProperty("duckdb.read_only", "true");
        assertThat(config(b -> b.url("jdbc:duckdb:x.db", properties)).sharing()).isEqualTo(Sharing.readOnly());
        assertThat(config(b -> b.url("jdbc:duckdb:x.db;duckdb.read_only=true")).sharing())
                .isEqualTo(Sharing.readOnly());
        assertThat(config(b -> b.url("jdbc:duckdb:x.db;ACCESS_MODE=READ_ONLY")).sharing())
                .isEqualTo(Sharing.readOnly());
        assertThat(config(b -> b.setting("Access_Mode", "read_only")).readOnly())
                .isTrue();
        assertThat(config(b -> b.url("jdbc:duckdb:x.db;access_mode=read_write")).readOnly())
                .isFalse();
    }

    @Test
    void usersAndPasswordsAreLeftOut() {
        Properties properties = new Properties();
        properties.setProperty("user", "sa");
        properties.setProperty("password", "");
        properties.setProperty("threads", "2");
        DuckPoolConfig config = config(b -> b.url("jdbc:duckdb:x.db;user=;password=secret;threads=1", properties)
                .setting("user", ""));
        assertThat(config.url()).isEqualTo("jdbc:duckdb:x.db;threads=1");
        assertThat(config.settings()).containsOnly(Map.entry("threads", "2"));
    }
}
