package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/**
 * Which temporary secrets a borrower made: every session of the instance can use them, so they are dropped. A persistent one was
 * asked to last, as a table is, and stays. What a secret was before somebody replaced or dropped it nobody can tell.
 */
final class SecretChanges extends InstanceChanges.Part {
    private static final String SECRETS = "SELECT name FROM duckdb_secrets() WHERE NOT persistent";

    /** How DuckDB calls those that have no name. */
    private static final String UNNAMED = "__default_";

    private final Instance instance;
    private final Baseline.Use<Set<String>> use;
    private Set<String> before = Set.of();

    SecretChanges(Instance instance) {
        this.instance = instance;
        this.use = instance.shared().secrets().use();
    }

    /** Whether SQL may mean a secret. */
    static boolean means(String sql, String secret) {
        return secret.startsWith(UNNAMED) || InstanceChanges.Text.names(sql, secret);
    }

    @Override
    int touch() {
        return SessionTouch.SECRET;
    }

    @Override
    Baseline.Use<?> use() {
        return use;
    }

    @Override
    void before(Connection raw, InstanceChanges.Text sql) throws SQLException {
        before = use.joinAndLook(() -> instance.lookThrough(raw, SecretChanges::secrets), sql.toString());
    }

    @Override
    void after(Connection raw, InstanceChanges.Text sql) throws SQLException {
        Set<String> now = secrets(raw);
        for (String name : now) {
            if (!before.contains(name) && means(sql.toString(), name)) {
                use.changed(name);
            }
        }
        use.looked(sql.toString(), was -> {
            Set<String> named = new HashSet<>(now);
            named.addAll(before);
            named.addAll(was);
            named.removeIf(name -> !means(sql.toString(), name));
            return named;
        });
    }

    @Override
    void restore(Connection fresh, InstanceChanges.Repair repair) throws SQLException {
        use.end((was, mine) -> {
            for (String name : secrets(fresh)) {
                if (!was.contains(name) && use.isChanged(name) && mine.test(name)) {
                    repair.run("DROP TEMPORARY SECRET IF EXISTS " + InstanceChanges.identifier(name));
                }
            }
        });
    }

    private static Set<String> secrets(Connection raw) throws SQLException {
        Set<String> found = new HashSet<>();
        InstanceChanges.read(raw, SECRETS, rows -> found.add(rows.getString(1)));
        return found;
    }
}
