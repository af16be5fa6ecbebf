package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one borrower changed for every session of the instance: the databases it attached or detached, the temporary secrets it
 * made, and settings that DuckDB keeps once for all, such as {@code threads}. Only what the borrower's SQL names is put back,
 * since others may change theirs meanwhile; and where they name the same thing, the last of them to return puts back what was
 * there before the first ({@link Baseline}). SQL that runs on an unwrapped connection is not seen. Belongs to the borrower's
 * thread until the session ends.
 */
final class InstanceChanges {
    private final List<Part> parts;

    /** SQL after which the session could not be looked at, for one because it left an aborted transaction. */
    private @Nullable String unseen;

    private int unseenTouch;

    InstanceChanges(Instance instance) {
        this.parts =
                List.of(new SettingChanges(instance), new SecretChanges(instance), new AttachmentChanges(instance));
    }

    /** One kind of thing that all sessions share. */
    abstract static class Part {
        /** The bits of {@link SessionTouch} that concern it. */
        abstract int touch();

        /** The borrower's part in what all share of this kind. */
        abstract Baseline.Use<?> use();

        /** Looks at the instance before SQL that might change it. */
        abstract void before(Connection raw, Text sql) throws SQLException;

        /** Looks at what came of it, also when it failed half-way. */
        abstract void after(Connection raw, Text sql) throws SQLException;

        /** Puts back what is not as it was, unless somebody else counts on it; every part of it is tried. */
        abstract void restore(Connection fresh, Repair repair) throws SQLException;
    }

    /** A borrower's SQL, to be searched for names. */
    static final class Text {
        private final String lowerCase;

        Text(String sql) {
            // As the names read that it quotes.
            this.lowerCase = sql.toLowerCase(Locale.ROOT).replace("\"\"", "\"").replace("''", "'");
        }

        boolean names(String name) {
            return names(lowerCase, name);
        }

        /** The same for a text that has become a string. */
        static boolean names(String text, String name) {
            return text.contains(name.toLowerCase(Locale.ROOT));
        }

        @Override
        public String toString() {
            return lowerCase;
        }
    }

    /** Whether there may be something to put back. */
    boolean any() {
        return parts.stream().anyMatch(part -> part.use().isIn());
    }

    /** Looks at the instance before SQL that might change it. */
    void before(Connection raw, String sql, int touch) throws SQLException {
        catchUp(raw);
        Text text = new Text(sql);
        for (Part part : parts) {
            if ((touch & part.touch()) != 0) {
                part.before(raw, text);
            }
        }
    }

    /** Looks at what came of it; if that is not possible on this connection, it is done on another. */
    void after(Connection raw, String sql, int touch) {
        try {
            look(raw, sql, touch);
        } catch (SQLException e) {
            unseen = unseen == null ? sql : unseen + '\n' + sql;
            unseenTouch |= touch;
        }
    }

    /** What could not be looked at then can be now, perhaps; later it would be taken for how things were before the next SQL. */
    private void catchUp(Connection raw) {
        String missed = unseen;
        if (missed != null) {
            try {
                look(raw, missed, unseenTouch);
                unseen = null;
                unseenTouch = 0;
            } catch (SQLException e) {
                // the next SQL, or the end
            }
        }
    }

    private void look(Connection raw, String sql, int touch) throws SQLException {
        Text text = new Text(sql);
        for (Part part : parts) {
            if ((touch & part.touch()) != 0) {
                part.after(raw, text);
            }
        }
    }

    /** The borrow is over, and counts on nothing any more. */
    void leave() {
        parts.forEach(part -> part.use().leave());
    }

    /** Puts back what is not as it was; every part is tried before the first failure is thrown. */
    void restore(Connection fresh) throws SQLException {
        Text missed = new Text(unseen == null ? "" : unseen);
        try (Statement statement = fresh.createStatement()) {
            Repair repair = new Repair(statement);
            for (Part part : parts) {
                if ((unseenTouch & part.touch()) != 0) {
                    repair.attempt(() -> part.after(fresh, missed));
                }
                if (part.use().isIn()) {
                    repair.attempt(() -> part.restore(fresh, repair));
                }
            }
            repair.end();
        }
    }

    /** Nothing is put back from now on: it was, or that is not possible. */
    void end() {
        parts.forEach(part -> part.use().forget());
    }

    /** Reads what the instance has now, one row after another. */
    static void read(Connection raw, String sql, Row row) throws SQLException {
        try (Statement statement = raw.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                row.of(rows);
            }
        }
    }

    /** Takes one row of a result. */
    @FunctionalInterface
    interface Row {
        void of(ResultSet rows) throws SQLException;
    }

    /** A step of putting things back. */
    @FunctionalInterface
    interface Step {
        void take() throws SQLException;
    }

    /** Runs statements, each whatever became of those before it. */
    static final class Repair {
        private final Statement statement;
        private @Nullable SQLException failure;

        Repair(Statement statement) {
            this.statement = statement;
        }

        void run(String sql) {
            SQLException refused = attempt(sql);
            if (refused != null) {
                failed(refused);
            }
        }

        /** Takes a step that may fail by more than its statements. */
        void attempt(Step step) {
            try {
                step.take();
            } catch (SQLException e) {
                failed(e);
            }
        }

        /** Runs what may fail; returns how it did. */
        @Nullable
        SQLException attempt(String sql) {
            try {
                statement.execute(sql);
                return null;
            } catch (SQLException e) {
                return e;
            }
        }

        void failed(SQLException e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }

        void end() throws SQLException {
            if (failure != null) {
                throw failure;
            }
        }
    }

    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
