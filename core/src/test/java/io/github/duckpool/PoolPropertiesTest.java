package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolPropertiesTest {
    /** One value for each name, in camelCase. */
    private static final Map<String, Object> ALL = Map.ofEntries(
            Map.entry("database", ":memory:letters"),
            Map.entry("poolName", "letters"),
            Map.entry("maxSize", 7),
            Map.entry("minIdle", "2"),
            Map.entry("borrowTimeout", Duration.ofSeconds(3)),
            Map.entry("maxLifetime", "1h"),
            Map.entry("idleTimeout", "PT5M"),
            Map.entry("leakThreshold", 2_500),
            Map.entry("closeTimeout", "4 s"),
            Map.entry("maxOvertaking", "250us"),
            Map.entry("statementCacheSize", " 9 "),
            Map.entry("readOnly", false),
            Map.entry("lendAfterLockLoss", "true"),
            Map.entry("groupCommit", "64"),
            Map.entry("maxQueuedWrites", "1000"),
            Map.entry("initSql", "SELECT 1"),
            Map.entry("connectionInitSql", "SELECT 2"),
            Map.entry("memoryLimit", "1GB"),
            Map.entry("threads", 3L),
            Map.entry("sharing", "exclusive"),
            Map.entry("settings.temp_directory", "/tmp/letters"));

    private static DuckPoolConfig config(Map<?, ?> values) {
        DuckPoolBuilder builder = DuckPool.builder().properties(values);
        if (!builder.namesDatabase()) {
            builder.database(":memory:");
        }
        try (DuckPool pool = builder.build()) {
            return pool.config();
        }
    }

    private static void assertAll(DuckPoolConfig config) {
        assertThat(config.url()).isEqualTo("jdbc:duckdb::memory:letters");
        assertThat(config.poolName()).isEqualTo("letters");
        assertThat(config.maxSize()).isEqualTo(7);
        assertThat(config.minIdle()).isEqualTo(2);
        assertThat(config.borrowTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.maxLifetime()).isEqualTo(Duration.ofHours(1));
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.leakThreshold()).isEqualTo(Duration.ofMillis(2_500));
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.maxOvertaking()).isEqualTo(Duration.ofNanos(250_000));
        assertThat(config.statementCacheSize()).isEqualTo(9);
        assertThat(config.readOnly()).isFalse();
        assertThat(config.lendAfterLockLoss()).isTrue();
        assertThat(config.groupCommit()).map(GroupCommit::limit).contains(64);
        assertThat(config.maxQueuedWrites()).isEqualTo(1000);
        assertThat(config.initSql()).containsExactly("SELECT 1");
        assertThat(config.connectionInitSql()).containsExactly("SELECT 2");
        assertThat(config.settings())
                .containsOnly(
                        Map.entry("memory_limit", "1GB"),
                        Map.entry("threads", "3"),
                        Map.entry("temp_directory", "/tmp/letters"));
        assertThat(config.sharing()).isEqualTo(Sharing.exclusive());
    }

    private static String kebab(String camel) {
        return camel.startsWith("settings.")
                ? camel
                : camel.replaceAll("([A-Z])", "-$1").toLowerCase();
    }

    @Test
    void bindsCamelCaseAndKebabCaseFromMapsAndProperties() {
        assertAll(config(ALL));
        Map<String, Object> kebab = new HashMap<>();
        Properties properties = new Properties();
        ALL.forEach((name, value) -> {
            kebab.put(kebab(name), value);
            properties.setProperty(kebab(name), value.toString());
        });
        assertThat(kebab).containsKey("connection-init-sql");
        assertAll(config(kebab));
        assertAll(config(properties));
        assertAll(config(new Properties(properties))); // as defaults
    }

    @Test
    void everySetterHasAName() {
        Set<String> notByName = Set.of(
                "dataSource", "setting", "properties", "build", "retry", "oltp", "analytics", "url", "alertListener");
        Set<String> setters = Arrays.stream(DuckPoolBuilder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !notByName.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(ALL.keySet()).containsAll(setters);
    }

    @Test
    void theTimesOfSharingHaveNames(@TempDir Path directory) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("sharing-idle-release", "2s");
        values.put("sharingMinSlice", "20ms");
        values.put("sharing-max-slice-cut-off", "5s");
        values.put("sharing", "cooperative");
        values.put("database", directory.resolve("letters.duckdb").toString());
        Sharing cutOff = Sharing.cooperative()
                .withMinSlice(Duration.ofMillis(20))
                .withMaxSliceCutOff(Duration.ofSeconds(5))
                .withIdleRelease(Duration.ofSeconds(2));
        assertThat(config(values).sharing()).isEqualTo(cutOff);
        values.remove("sharing");
        assertThat(config(values).sharing()).as("of the default").isEqualTo(cutOff);
        values.put("read-only", true);
        values.put("sharing-max-slice", "5s");
        assertThatThrownBy(() -> config(values))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sharing-max-slice-cut-off must be given without sharing-max-slice");
        values.remove("sharing-max-slice-cut-off");
        assertThat(DuckPool.builder().properties(values).sharing)
                .isEqualTo(Sharing.readOnly()
                        .withMinSlice(Duration.ofMillis(20))
                        .withMaxSlice(Duration.ofSeconds(5))
                        .withIdleRelease(Duration.ofSeconds(2)));
    }

    @Test
    void understandsHikariNames() {
        DuckPoolConfig config = config(Map.of(
                "jdbcUrl", "jdbc:duckdb::memory:hikari",
                "maximumPoolSize", "8",
                "minimum-idle", "1",
                "connectionTimeout", "30000",
                "idleTimeout", "600000",
                "maxLifetime", "1800000",
                "leak-detection-threshold", "2000",
                "poolName", "hikari",
                "connectionInitSql", "SELECT 1",
                "readOnly", "false"));
        assertThat(config.url()).isEqualTo("jdbc:duckdb::memory:hikari");
        assertThat(config.maxSize()).isEqualTo(8);
        assertThat(config.minIdle()).isEqualTo(1);
        assertThat(config.borrowTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.maxLifetime()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.leakThreshold()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aPresetYieldsWhateverTheOrder() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("threads", 2);
        values.put("settings", Map.of("memory_limit", "1GB"));
        values.put("preset", "OLTP");
        DuckPoolConfig config = config(values);
        assertThat(config.settings()).containsOnly(Map.entry("threads", "2"), Map.entry("memory_limit", "1GB"));
        assertThat(config.statementCacheSize()).isEqualTo(256);
        assertThat(config(Map.of("preset", "analytics")).maxSize()).isEqualTo(2);
    }

    @Test
    void takesADataSource() {
        try (DuckPool inner = DuckPool.builder().database(":memory:").build();
                DuckPool outer = DuckPool.builder()
                        .properties(Map.of("data-source", inner))
                        .build()) {
            assertThat(outer.config().dataSource()).containsSame(inner);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "max-size | 0 | property max-size: maxSize must be at least 1, was 0",
                "maxSize | five | property maxSize: must be a whole number, was \"five\"",
                "maximumPoolSize | -3 | property maximumPoolSize: maxSize must be at least 1, was -3",
                "borrow-timeout | soon | property borrow-timeout: must be a time such as 30s, 500ms, 5m or PT30S, was \"soon\"",
                "borrow-timeout | 0 | property borrow-timeout: borrowTimeout must be longer than zero, was PT0S",
                "idle-timeout | 999999999999999d | property idle-timeout: must be a time",
                "idle-timeout | -1s | property idle-timeout: must be a time",
                "group-commit | 1 | property group-commit: groupCommit must be 2 to 4096 writes, was 1",
                "max-queued-writes | 0 | property max-queued-writes: maxQueuedWrites must be at least 1, was 0",
                "read-only | maybe | property read-only: must be true or false, was \"maybe\"",
                "sharing | mine | property sharing: must be exclusive, cooperative or read-only, was \"mine\"",
                "preset | fast | property preset: must be oltp or analytics, was \"fast\"",
                "url | jdbc:h2:x | property url: url must start with \"jdbc:duckdb:\", was \"jdbc:h2:x\"",
                "data-source | x | property data-source: must be a javax.sql.DataSource, was \"x\"",
                "settings.memory_limit | ` ` | property settings.memory_limit: setting memory_limit must not be blank",
                "settings. | 1 | property settings.: setting must not be blank",
                "Max-Size | 1 | property must be one of borrowTimeout, closeTimeout",
                "username | sa | was \"username\"",
            })
    void refusesWithNameRuleAndValue(String name, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(Map.of(name, value)))
                .withMessageContaining(message);
    }

    @Test
    void refusesNullAndWhatIsGivenTwice() {
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("max-size", null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(nothing))
                .withMessage("property max-size must have a value, was null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config(Map.of("max-size", 1, "maximumPoolSize", 2)))
                .withMessageContaining("property maxSize must be given once, was ")
                .withMessageContaining("max-size=1")
                .withMessageContaining("maximumPoolSize=2");
    }
}
