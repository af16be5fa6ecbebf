package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.LentAppender;
import io.github.duckpool.internal.pool.UnitOfWork;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Appends any number of rows as one transaction. For one thread, once. */
final class BulkAppend {
    /** Few enough for the processor's cache: each row is looked at before the first of them is appended. */
    private static final int CHUNK = 256;

    private final Table table;
    private final UnitOfWork unit;
    private final Units units;
    private @Nullable LentAppender appender;
    private @Nullable List<ColumnType> appenderTypes;

    BulkAppend(Table table, UnitOfWork unit, Units units) {
        this.table = table;
        this.unit = unit;
        this.units = units;
    }

    /** Writes all rows, or none if anything fails, the rows' own iteration included. */
    long write(Iterator<? extends @Nullable Object[]> rows) throws SQLException {
        unit.beginNow();
        try {
            long count = writeChunks(rows);
            finishAppender();
            unit.check();
            units.commit(unit);
            return count;
        } catch (Throwable e) { // whatever the caller's iterator throws, undeclared as it may be
            abandonAppender(e);
            Units.undo(unit, e);
            throw e;
        }
    }

    private long writeChunks(Iterator<? extends @Nullable Object[]> rows) throws SQLException {
        long count = 0;
        List<@Nullable Object[]> chunk = new ArrayList<>(CHUNK);
        while (rows.hasNext()) {
            chunk.add(rows.next());
            if (chunk.size() == CHUNK || !rows.hasNext()) {
                write(chunk);
                count += chunk.size();
                chunk.clear();
            }
        }
        return count;
    }

    private void write(List<@Nullable Object[]> chunk) throws SQLException {
        LentAppender open = appender;
        List<ColumnType> types = appenderTypes;
        if (open == null || types == null) {
            types = table.readColumns(unit.connection());
            if (!Table.accepts(types, chunk)) {
                table.insertInParts(unit, chunk);
                return;
            }
            open = table.appender(unit);
            appender = open;
            appenderTypes = types;
        } else if (!Table.accepts(types, chunk)) {
            finishAppender();
            table.insertInParts(unit, chunk);
            return;
        }
        Table.append(open, types, chunk);
    }

    private void finishAppender() throws SQLException {
        LentAppender open = appender;
        if (open != null) {
            open.finish();
            appender = null;
        }
    }

    private void abandonAppender(Throwable why) {
        LentAppender open = appender;
        appender = null;
        if (open != null) {
            open.abandon(why);
        }
    }
}
