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

    private final Set<String> made = new HashSet<>();
    private Set<String> before = Set.of();

    @Override
    int touch() {
        return SessionTouch.SECRET;
    }

    @Override
    boolean any() {
        return !made.isEmpty();
    }

    @Override
    void before(Connection raw, InstanceChanges.Text sql) throws SQLException {
        before = secrets(raw);
    }

    @Override
    void after(Connection raw, InstanceChanges.Text sql) throws SQLException {
        Set<String> now = secrets(raw);
        made.retainAll(now);
        for (String name : now) {
            if (!before.contains(name) && (sql.names(name) || name.startsWith(UNNAMED))) {
                made.add(name);
            }
        }
    }

    @Override
    void restore(Connection fresh, InstanceChanges.Repair repair) {
        for (String name : made) {
            repair.run("DROP TEMPORARY SECRET IF EXISTS " + InstanceChanges.identifier(name));
        }
    }

    private static Set<String> secrets(Connection raw) throws SQLException {
        Set<String> found = new HashSet<>();
        InstanceChanges.read(raw, SECRETS, rows -> found.add(rows.getString(1)));
        return found;
    }
}
