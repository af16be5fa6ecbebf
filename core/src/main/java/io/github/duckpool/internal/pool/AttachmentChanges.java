package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which databases a borrower attached and which it detached. Those are detached again; these are attached again, from the file
 * they were on. One in memory is gone with its contents when it is detached, and one that needed more than its path, such as a
 * key or a login, can't be attached again: both are reported.
 */
final class AttachmentChanges extends InstanceChanges.Part {
    private static final String DATABASES =
            "SELECT database_name, path, type, readonly FROM duckdb_databases() WHERE NOT internal";

    /** Since 2.0 it may be an expression, whose value the text does not tell. */
    private static final Pattern PATH_THAT_IS_NO_LITERAL =
            Pattern.compile("\\battach\\s+(database\\s+)?+(if\\s+not\\s+exists\\s+)?+[^'\"\\s]");

    private final Set<String> attached = new HashSet<>();
    private final Map<String, Attachment> detached = new HashMap<>();
    private Map<String, Attachment> before = Map.of();

    private record Attachment(@Nullable String path, String type, boolean readOnly) {}

    @Override
    int touch() {
        return SessionTouch.ATTACH;
    }

    @Override
    boolean any() {
        return !attached.isEmpty() || !detached.isEmpty();
    }

    @Override
    void before(Connection raw, InstanceChanges.Text sql) throws SQLException {
        before = databases(raw);
    }

    @Override
    void after(Connection raw, InstanceChanges.Text sql) throws SQLException {
        Map<String, Attachment> now = databases(raw);
        attached.retainAll(now.keySet());
        boolean hidden = PATH_THAT_IS_NO_LITERAL.matcher(sql.toString()).find();
        now.forEach((name, attachment) -> {
            if (!attachment.equals(before.get(name)) && (hidden || sql.names(name))) {
                attached.add(name);
            }
            if (attachment.equals(detached.get(name))) {
                detached.remove(name);
                attached.remove(name);
            }
        });
        before.forEach((name, attachment) -> {
            if (!attachment.equals(now.get(name)) && sql.names(name) && !attached.contains(name)) {
                detached.putIfAbsent(name, attachment);
            }
        });
    }

    @Override
    void restore(Connection fresh, InstanceChanges.Repair repair) {
        for (String name : attached) {
            repair.run("DETACH DATABASE IF EXISTS " + InstanceChanges.identifier(name));
        }
        detached.forEach((name, attachment) -> {
            String path = attachment.path();
            if (path == null) {
                repair.failed(new SQLException(
                        "database " + name + " was in memory: when a borrower detached it, its contents were gone",
                        "08003"));
                return;
            }
            repair.run("ATTACH IF NOT EXISTS " + InstanceChanges.literal(path) + " AS "
                    + InstanceChanges.identifier(name) + " (TYPE " + InstanceChanges.identifier(attachment.type())
                    + (attachment.readOnly() ? ", READ_ONLY)" : ")"));
        });
    }

    private static Map<String, Attachment> databases(Connection raw) throws SQLException {
        Map<String, Attachment> found = new HashMap<>();
        InstanceChanges.read(
                raw,
                DATABASES,
                rows -> found.put(
                        rows.getString(1), new Attachment(rows.getString(2), rows.getString(3), rows.getBoolean(4))));
        return found;
    }
}
