package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.LentAppender;
import io.github.duckpool.internal.pool.UnitOfWork;
import io.github.duckpool.internal.wait.FirstError;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

    private final List<@Nullable Object[]> chunk = new ArrayList<>(CHUNK);
    private long written;

    /** Why no row may follow any more. */
    private @Nullable Throwable failed;

    BulkAppend(Table table, UnitOfWork unit, Units units) {
        this.table = table;
        this.unit = unit;
        this.units = units;
    }

    /** Writes all rows, or none if anything fails, the making of the rows included. */
    long write(Stream<? extends @Nullable Object[]> rows) throws SQLException {
        unit.beginNow();
        try {
            long count = writeChunks(rows);
            finishAppender();
            unit.check();
            units.commit(unit);
            return count;
        } catch (Throwable e) { // whatever the caller's stream throws, undeclared as it may be
            abandonAppender(e);
            Units.undo(unit, e);
            throw e;
        }
    }

    /** The stream hands its rows on by itself: an iterator over it would buffer each one of them. */
    private long writeChunks(Stream<? extends @Nullable Object[]> rows) throws SQLException {
        try {
            rows.sequential().forEachOrdered(this::add);
        } catch (Throwable e) {
            if (failed == null) {
                throw e;
            }
            // Whatever the stream's stages made of it.
        }
        if (failed != null) {
            FirstError.raise(failed);
        }
        if (!chunk.isEmpty()) {
            write(chunk);
        }
        return written + chunk.size();
    }

    private void add(@Nullable Object[] row) {
        if (failed != null) {
            throw new FailedInStream(failed);
        }
        chunk.add(row);
        if (chunk.size() == CHUNK) {
            try {
                write(chunk);
            } catch (Throwable e) {
                failed = e;
                throw new FailedInStream(e);
            }
            written += CHUNK;
            chunk.clear();
        }
    }

    /**
     * Ends the caller's stream, through which no checked exception passes. An error, for many a stage keeps exceptions to itself and goes on, and
     * the stream may be long.
     */
    private static final class FailedInStream extends Error {
        private static final long serialVersionUID = 1L;

        FailedInStream(Throwable failure) {
            super(null, failure, false, false);
        }
    }

    private void write(List<@Nullable Object[]> rows) throws SQLException {
        LentAppender open = appender;
        List<ColumnType> types = appenderTypes;
        if (open == null || types == null) {
            types = table.readColumns(unit.connection());
            if (!Table.accepts(types, rows)) {
                table.insertInParts(unit, rows);
                return;
            }
            open = table.appender(unit);
            appender = open;
            appenderTypes = types;
        } else if (!Table.accepts(types, rows)) {
            finishAppender();
            table.insertInParts(unit, rows);
            return;
        }
        Table.append(open, types, rows);
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
