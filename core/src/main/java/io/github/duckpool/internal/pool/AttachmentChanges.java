package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
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

    private final Instance instance;
    private final Baseline.Use<Map<String, Attachment>> use;
    private Map<String, Attachment> before = Map.of();

    /** One database that is attached under some name. */
    record Attachment(@Nullable String path, String type, boolean readOnly) {}

    AttachmentChanges(Instance instance) {
        this.instance = instance;
        this.use = instance.shared().attachments().use();
    }

    @Override
    int touch() {
        return SessionTouch.ATTACH;
    }

    @Override
    Baseline.Use<?> use() {
        return use;
    }

    @Override
    void before(Connection raw, InstanceChanges.Text sql) throws SQLException {
        before = use.joinAndLook(() -> look(raw), sql.toString());
    }

    @Override
    void after(Connection raw, InstanceChanges.Text sql) throws SQLException {
        Map<String, Attachment> now = look(raw);
        boolean hidden = PATH_THAT_IS_NO_LITERAL.matcher(sql.toString()).find();
        for (String name : namesOf(before, now)) {
            if (!Objects.equals(before.get(name), now.get(name))
                    && (sql.names(name) || (hidden && now.containsKey(name)))) {
                use.changed(name);
            }
        }
        use.looked(sql.toString(), was -> {
            Set<String> named = namesOf(before, now);
            named.addAll(was.keySet());
            named.removeIf(name -> !sql.names(name));
            return named;
        });
    }

    @Override
    void restore(Connection fresh, InstanceChanges.Repair repair) throws SQLException {
        use.end((was, mine) -> {
            Map<String, Attachment> now = databases(fresh);
            Set<String> names = namesOf(was, now);
            names.removeIf(
                    name -> Objects.equals(was.get(name), now.get(name)) || !use.isChanged(name) || !mine.test(name));
            for (String name : names) {
                repair.run("DETACH DATABASE IF EXISTS " + InstanceChanges.identifier(name));
            }
            for (String name : names) {
                Attachment attachment = was.get(name);
                if (attachment != null) {
                    attach(repair, name, attachment);
                }
            }
        });
    }

    private static void attach(InstanceChanges.Repair repair, String name, Attachment attachment) {
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
    }

    private static Set<String> namesOf(Map<String, Attachment> some, Map<String, Attachment> others) {
        Set<String> names = new HashSet<>(some.keySet());
        names.addAll(others.keySet());
        return names;
    }

    /** Everybody sees at once what is attached, also in a transaction that is not committed, or is aborted. */
    private Map<String, Attachment> look(Connection raw) throws SQLException {
        return instance.lookThrough(raw, AttachmentChanges::databases);
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
