package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one borrower changed for every session of the instance: the databases it attached, and settings that DuckDB keeps
 * once for all, such as {@code threads}. Only what the borrower's SQL names is put back, since others may change theirs
 * meanwhile. SQL that runs on an unwrapped connection is not seen. Belongs to the borrower's thread until the session ends.
 */
final class InstanceChanges {
    private static final String DATABASES = "SELECT database_name, NULL FROM duckdb_databases()";
    private static final String SETTINGS = "SELECT name, value FROM duckdb_settings()";

    private final Set<String> attached = new HashSet<>();
    private final StringBuilder settingSql = new StringBuilder();
    private @Nullable Map<String, @Nullable String> settingsBefore;
    private Set<String> databasesBefore = Set.of();

    boolean any() {
        return !attached.isEmpty() || settingsBefore != null;
    }

    /** Looks at the instance before SQL that might change it. */
    void before(Connection raw, String sql, int touch) throws SQLException {
        if ((touch & SessionTouch.SETTING) != 0) {
            settingSql.append(sql.toLowerCase(Locale.ROOT)).append('\n');
            if (settingsBefore == null) {
                settingsBefore = read(raw, SETTINGS);
            }
        }
        if ((touch & SessionTouch.ATTACH) != 0) {
            databasesBefore = read(raw, DATABASES).keySet();
        }
    }

    /** Looks at what came of it, also when it failed half-way. */
    void after(Connection raw, String sql, int touch) throws SQLException {
        if ((touch & SessionTouch.ATTACH) == 0) {
            return;
        }
        Set<String> now = read(raw, DATABASES).keySet();
        attached.retainAll(now);
        String text = sql.toLowerCase(Locale.ROOT);
        for (String name : now) {
            if (!databasesBefore.contains(name) && text.contains(name.toLowerCase(Locale.ROOT))) {
                attached.add(name);
            }
        }
    }

    /** Puts back what is not as it was; every part is tried before the first failure is thrown. */
    void restore(Connection fresh) throws SQLException {
        SQLException failure = null;
        try (Statement statement = fresh.createStatement()) {
            for (String name : attached) {
                failure = run(statement, "DETACH DATABASE IF EXISTS " + quoted(name), failure);
            }
            Map<String, @Nullable String> before = settingsBefore;
            if (before != null) {
                Map<String, @Nullable String> now = read(fresh, SETTINGS);
                for (Map.Entry<String, @Nullable String> setting : before.entrySet()) {
                    String name = setting.getKey();
                    String value = setting.getValue();
                    if (isNamed(name) && now.containsKey(name) && !equal(value, now.get(name))) {
                        failure = restore(fresh, statement, name, value, failure);
                    }
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Whether the borrower's SQL may have meant this setting: a PRAGMA says {@code disable_x} for {@code enable_x}. */
    private boolean isNamed(String setting) {
        String name = setting.toLowerCase(Locale.ROOT);
        String stem = name.startsWith("enable_") ? name.substring("enable_".length()) : name;
        return settingSql.indexOf(stem) >= 0 || (name.contains("log") && settingSql.indexOf("_logging") >= 0);
    }

    /** By a reset if that is how it was, since what a setting shows may be rounded: a memory limit is, to a decimal. */
    private static @Nullable SQLException restore(
            Connection fresh, Statement statement, String name, @Nullable String value, @Nullable SQLException failure)
            throws SQLException {
        SQLException refused = run(statement, "RESET GLOBAL " + quoted(name), null);
        if (refused == null && equal(value, read(fresh, SETTINGS).get(name))) {
            return failure;
        }
        return value == null
                ? failure
                : run(statement, "SET GLOBAL " + quoted(name) + " = '" + value.replace("'", "''") + "'", failure);
    }

    private static boolean equal(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equals(other);
    }

    private static @Nullable SQLException run(Statement statement, String sql, @Nullable SQLException failure) {
        try {
            statement.execute(sql);
            return failure;
        } catch (SQLException e) {
            if (failure == null) {
                return e;
            }
            failure.addSuppressed(e);
            return failure;
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static Map<String, @Nullable String> read(Connection raw, String sql) throws SQLException {
        Map<String, @Nullable String> found = new HashMap<>();
        try (Statement statement = raw.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.put(rows.getString(1), rows.getString(2));
            }
        }
        return found;
    }
}
