package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.LentAppender;
import io.github.duckpool.internal.pool.UnitOfWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A table that rows are appended to: one by a cached INSERT, a few by INSERTs of several rows, many by an appender. What the
 * ways have in common is what a single INSERT means; whatever an appender would take differently goes the other way.
 *
 * <p>Thread-safe; each method uses the given unit of work on its own thread.
 */
final class Table {
    /**
     * Up to here one INSERT that commits by itself is faster: 600 µs for 32 rows, and 1,100 by BEGIN, an appender and COMMIT, on a
     * disk that syncs in 370.
     */
    static final int MOST_BY_INSERT = 32;

    private final TableName name;

    /** The texts of INSERTs by columns and rows. */
    private final ConcurrentHashMap<Long, String> inserts = new ConcurrentHashMap<>();

    /** As they were when an appender was first wanted; null until then, and after an appender failed. */
    private volatile @Nullable List<ColumnType> columns;

    Table(TableName name) {
        this.name = name;
    }

    /** How far an INSERT has come that is a transaction of its own: what its error means depends on it. For one thread. */
    static final class Execution {
        private boolean begun;
        private boolean done;

        /** Whether DuckDB got to see it. */
        boolean isBegun() {
            return begun;
        }

        /** Whether it is committed. */
        boolean isDone() {
            return done;
        }
    }

    /** Whether one INSERT takes all these rows. */
    static boolean fitOneInsert(List<@Nullable Object[]> rows) {
        return rows.size() <= MOST_BY_INSERT && alike(rows, 0) == rows.size();
    }

    /** Inserts rows that {@linkplain #fitOneInsert fit}, in the transaction there is or as one of their own. */
    void insert(UnitOfWork unit, List<@Nullable Object[]> rows, Execution execution) throws SQLException {
        insert(unit.connection(), rows, execution);
    }

    /** Appends rows inside the transaction of the unit, all or none. */
    void append(UnitOfWork unit, List<@Nullable Object[]> rows) throws SQLException {
        if (rows.size() <= MOST_BY_INSERT) {
            insertInParts(unit, rows);
            return;
        }
        List<ColumnType> types = types(unit, rows);
        if (types == null) {
            insertInParts(unit, rows);
            return;
        }
        try {
            appendBy(appender(unit), types, rows);
        } catch (SQLException | RuntimeException e) {
            columns = null;
            throw e;
        }
    }

    /** The types by which an appender can be given all these rows; null if it can't. */
    private @Nullable List<ColumnType> types(UnitOfWork unit, List<@Nullable Object[]> rows) throws SQLException {
        List<ColumnType> known = columns;
        if (known == null || isDelicate(rows)) {
            known = readColumns(unit.connection());
            columns = known;
        }
        return accepts(known, rows) ? known : null;
    }

    /** Whether an appender can be given all these rows. */
    static boolean accepts(List<ColumnType> types, List<@Nullable Object[]> rows) {
        for (@Nullable Object[] row : rows) {
            if (!accepts(types, row)) {
                return false;
            }
        }
        return true;
    }

    private static boolean accepts(List<ColumnType> types, @Nullable Object[] row) {
        if (row.length != types.size()) {
            return false;
        }
        for (int i = 0; i < row.length; i++) {
            if (!types.get(i).accepts(row[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDelicate(List<@Nullable Object[]> rows) {
        for (@Nullable Object[] row : rows) {
            for (Object value : row) {
                if (ColumnType.isDelicate(value)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The types at this moment. Not from a cached statement, whose description outlives a change of the table. */
    List<ColumnType> readColumns(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT * FROM " + name.sql() + " LIMIT 0")) {
            ResultSetMetaData description = none.getMetaData();
            List<ColumnType> types = new ArrayList<>();
            for (int i = 1; i <= description.getColumnCount(); i++) {
                types.add(new ColumnType(description.getColumnTypeName(i)));
            }
            return types;
        }
    }

    LentAppender appender(UnitOfWork unit) throws SQLException {
        return unit.appender(name.catalog(), name.schema(), name.table());
    }

    private static void appendBy(LentAppender appender, List<ColumnType> types, List<@Nullable Object[]> rows)
            throws SQLException {
        try {
            append(appender, types, rows);
            appender.finish();
        } catch (Throwable e) {
            appender.abandon(e);
            throw e;
        }
    }

    /** Appends rows that it accepts. */
    static void append(LentAppender appender, List<ColumnType> types, List<@Nullable Object[]> rows)
            throws SQLException {
        appender.use(open -> {
            for (@Nullable Object[] row : rows) {
                open.beginRow();
                for (int i = 0; i < row.length; i++) {
                    types.get(i).append(open, row[i]);
                }
                open.endRow();
            }
        });
    }

    /** Inserts rows by statements for up to {@value #MOST_BY_INSERT} of them, which stay in the statement cache. */
    void insertInParts(UnitOfWork unit, List<@Nullable Object[]> rows) throws SQLException {
        Connection connection = unit.connection();
        for (int from = 0, to; from < rows.size(); from = to) {
            to = alike(rows, from);
            insert(connection, rows.subList(from, to), new Execution());
        }
    }

    /** Where the rows end that have as many values as the first, and fit into one INSERT with it. */
    private static int alike(List<@Nullable Object[]> rows, int from) {
        int width = rows.get(from).length;
        int most = Math.min(rows.size(), from + MOST_BY_INSERT);
        int to = from + 1;
        while (to < most && rows.get(to).length == width) {
            to++;
        }
        return to;
    }

    private void insert(Connection connection, List<@Nullable Object[]> rows, Execution execution) throws SQLException {
        int width = rows.get(0).length;
        if (width == 0) {
            throw new SQLException("row must have at least 1 value, was empty, for table " + name.sql(), "21S01");
        }
        long key = (long) width << 8 | rows.size();
        String sql = inserts.computeIfAbsent(key, k -> insertSql(rows.size(), width));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameter = 1;
            for (@Nullable Object[] row : rows) {
                for (Object value : row) {
                    statement.setObject(parameter++, bindable(value));
                }
            }
            execution.begun = true;
            statement.executeUpdate();
            execution.done = true;
        }
    }

    private String insertSql(int rows, int width) {
        String row = "(" + "?, ".repeat(width - 1) + "?)";
        return "INSERT INTO " + name.sql() + " VALUES " + (row + ", ").repeat(rows - 1) + row;
    }

    /** What the driver knows how to bind, for common types that it does not. */
    private static @Nullable Object bindable(@Nullable Object value) {
        if (value instanceof Instant instant) {
            return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
        }
        if (value instanceof ZonedDateTime time) {
            return time.toOffsetDateTime();
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        return value instanceof Character ? value.toString() : value;
    }
}
