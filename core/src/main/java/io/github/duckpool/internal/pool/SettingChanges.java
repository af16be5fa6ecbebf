package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which of the instance's settings a borrower changed, as far as its SQL names them. */
final class SettingChanges extends InstanceChanges.Part {
    private static final String SETTINGS = "SELECT name, value FROM duckdb_settings()";

    /** A size is shown cut off after one decimal, so what it shows may be less than what it is. */
    private static final Pattern CUT_OFF = Pattern.compile("([0-9]+\\.[0-9])( [KMGTP]iB)");

    /** Those of DuckDB's settings that have two names; both are in its list. */
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("checkpoint_threshold", "wal_autocheckpoint"),
            Map.entry("default_null_order", "null_order"),
            Map.entry("max_memory", "memory_limit"),
            Map.entry("max_streaming_buffer_size", "streaming_buffer_size"),
            Map.entry("profile_output", "profiling_output"),
            Map.entry("threads", "worker_threads"),
            Map.entry("user", "username"));

    private final Instance instance;
    private final Baseline.Use<Map<String, @Nullable String>> use;

    SettingChanges(Instance instance) {
        this.instance = instance;
        this.use = instance.shared().settings().use();
    }

    @Override
    int touch() {
        return SessionTouch.SETTING;
    }

    @Override
    Baseline.Use<?> use() {
        return use;
    }

    /** Looked at by a connection of its own: what the borrower's session alone has set is none of the instance's. */
    @Override
    void before(Connection raw, InstanceChanges.Text sql) throws SQLException {
        use.join(() -> instance.look(raw, SettingChanges::settings), was -> was.keySet().stream()
                .filter(name -> names(name).stream().anyMatch(each -> names(sql, each)))
                .toList());
    }

    /** What came of it is seen at the end. */
    @Override
    void after(Connection raw, InstanceChanges.Text text) {}

    @Override
    void restore(Connection fresh, InstanceChanges.Repair repair) throws SQLException {
        use.end((was, mine) -> {
            if (was.keySet().stream().noneMatch(mine)) {
                return;
            }
            Map<String, @Nullable String> now = settings(fresh);
            for (Map.Entry<String, @Nullable String> setting : was.entrySet()) {
                String name = setting.getKey();
                String value = setting.getValue();
                if (mine.test(name) && now.containsKey(name) && !Objects.equals(value, now.get(name))) {
                    restore(fresh, repair, name, value);
                    now = settings(fresh); // its other name is put back with it
                }
            }
        });
    }

    /** Others look on, so what comes first gives the value itself, wherever that is known. */
    private void restore(Connection fresh, InstanceChanges.Repair repair, String name, @Nullable String value)
            throws SQLException {
        SQLException refused = null;
        for (String sql : ways(name, value)) {
            SQLException failure = repair.attempt(sql);
            if (Objects.equals(value, settings(fresh).get(name))) {
                return;
            }
            refused = refused == null ? failure : refused;
        }
        repair.failed(new SQLException("setting " + name + " was " + value + ", and that could not be set", refused));
    }

    private List<String> ways(String name, @Nullable String value) {
        String reset = "RESET GLOBAL " + InstanceChanges.identifier(name);
        if (value == null) {
            return List.of(reset);
        }
        String set = set(name, value);
        Matcher size = CUT_OFF.matcher(value);
        if (!size.matches()) {
            return List.of(set, reset, set);
        }
        String more = set(name, size.group(1) + "5" + size.group(2));
        String given = instance.shared().given(name);
        if (given != null) {
            return List.of(set(name, given), set, more);
        }
        return instance.shared().isDefault(name) ? List.of(reset, set, more) : List.of(set, more);
    }

    private static String set(String name, String value) {
        return "SET GLOBAL " + InstanceChanges.identifier(name) + " = " + InstanceChanges.literal(value);
    }

    /** The names of a setting: its own and perhaps another. */
    static List<String> names(String setting) {
        String name = setting.toLowerCase(Locale.ROOT);
        for (Map.Entry<String, String> each : SYNONYMS.entrySet()) {
            if (each.getKey().equals(name) || each.getValue().equals(name)) {
                return List.of(each.getKey(), each.getValue());
            }
        }
        return List.of(name);
    }

    /** Whether SQL may mean this setting: a PRAGMA says {@code disable_x} for {@code enable_x}. */
    private static boolean names(InstanceChanges.Text sql, String setting) {
        String name = setting.toLowerCase(Locale.ROOT);
        String stem = name.startsWith("enable_") ? name.substring("enable_".length()) : name;
        return sql.names(stem) || (name.contains("log") && sql.names("_logging"));
    }

    private static Map<String, @Nullable String> settings(Connection raw) throws SQLException {
        Map<String, @Nullable String> found = new HashMap<>();
        InstanceChanges.read(raw, SETTINGS, rows -> found.put(rows.getString(1), rows.getString(2)));
        return found;
    }
}
