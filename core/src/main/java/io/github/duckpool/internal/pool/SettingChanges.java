package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which of the instance's settings a borrower changed, as far as its SQL names them. */
final class SettingChanges extends InstanceChanges.Part {
    private static final String SETTINGS = "SELECT name, value FROM duckdb_settings()";

    private final StringBuilder sql = new StringBuilder();
    private @Nullable Map<String, @Nullable String> before;

    @Override
    int touch() {
        return SessionTouch.SETTING;
    }

    @Override
    boolean any() {
        return before != null;
    }

    @Override
    void before(Connection raw, InstanceChanges.Text text) throws SQLException {
        sql.append(text).append('\n');
        if (before == null) {
            before = settings(raw);
        }
    }

    /** What came of it is seen at the end. */
    @Override
    void after(Connection raw, InstanceChanges.Text text) {}

    @Override
    void restore(Connection fresh, InstanceChanges.Repair repair) throws SQLException {
        Map<String, @Nullable String> was = before;
        if (was == null) {
            return;
        }
        Map<String, @Nullable String> now = settings(fresh);
        for (Map.Entry<String, @Nullable String> setting : was.entrySet()) {
            String name = setting.getKey();
            String value = setting.getValue();
            if (isNamed(name) && now.containsKey(name) && !Objects.equals(value, now.get(name))) {
                restore(fresh, repair, name, value);
            }
        }
    }

    /** By a reset if that is how it was, since what a setting shows may be rounded: a memory limit is, to a decimal. */
    private static void restore(Connection fresh, InstanceChanges.Repair repair, String name, @Nullable String value)
            throws SQLException {
        SQLException refused = repair.attempt("RESET GLOBAL " + InstanceChanges.identifier(name));
        boolean isBack =
                refused == null && Objects.equals(value, settings(fresh).get(name));
        if (!isBack && value != null) {
            repair.run("SET GLOBAL " + InstanceChanges.identifier(name) + " = " + InstanceChanges.literal(value));
        }
    }

    /** Whether the borrower's SQL may have meant this setting: a PRAGMA says {@code disable_x} for {@code enable_x}. */
    private boolean isNamed(String setting) {
        String name = setting.toLowerCase(Locale.ROOT);
        String stem = name.startsWith("enable_") ? name.substring("enable_".length()) : name;
        return sql.indexOf(stem) >= 0 || (name.contains("log") && sql.indexOf("_logging") >= 0);
    }

    private static Map<String, @Nullable String> settings(Connection raw) throws SQLException {
        Map<String, @Nullable String> found = new HashMap<>();
        InstanceChanges.read(raw, SETTINGS, rows -> found.put(rows.getString(1), rows.getString(2)));
        return found;
    }
}
