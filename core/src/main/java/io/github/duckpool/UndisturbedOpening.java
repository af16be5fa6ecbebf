package io.github.duckpool;

import io.github.duckpool.internal.lease.WrittenMeanwhileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a database file was written to while it was being opened.
 *
 * <p>DuckDB 2.0 reads the headers of a file first and takes its lock afterwards (1.4 and 1.5 lock first). When another process
 * writes a checkpoint and closes the file between the two, the lock is had, and the headers are those from before the checkpoint: what is
 * done from there on starts at a state that is gone, and commits of either process vanish without an error. Processes that take
 * turns never meet there; a program that knows nothing of the queue does.
 *
 * <p>The time of the last write and the size tell, and asking for them opens nothing, which would drop the lock. Where the system
 * keeps that time in ticks of a few milliseconds (Linux before 6.13), a write within the tick of the write before is not seen; but DuckDB takes longer
 * than a tick to come from here to the headers, and then reads them after that write.
 */
final class UndisturbedOpening {
    /** What a database has that was just made: three headers. */
    private static final long NEW_SIZE = 12_288;

    /** How long it may take to make one, by far. */
    private static final long MAKING_MILLIS = 1_000;

    private final Path file;
    private final Path log;
    private final @Nullable Stamp before;
    private final @Nullable Stamp logBefore;

    private record Stamp(FileTime written, long size) {}

    private UndisturbedOpening(Path file) {
        this.file = file;
        this.log = file.resolveSibling(file.getFileName() + ".wal");
        this.before = stamp(file);
        this.logBefore = stamp(log);
    }

    /** The file is about to be opened. */
    static UndisturbedOpening begin(Path file) {
        return new UndisturbedOpening(file);
    }

    /**
     * The file is open, and DuckDB has its lock.
     *
     * @throws WrittenMeanwhileException if what was opened may be older than the file; the connection is closed then, and nothing was written
     */
    void end(Connection opened, String poolName) throws SQLException {
        if (!isChanged() || isShared(opened)) {
            return;
        }
        var why = new WrittenMeanwhileException(poolName, file);
        try (opened;
                Statement statement = opened.createStatement()) {
            // The log may have been replayed upon the old state, and must not be written over the new one.
            statement.execute("PRAGMA disable_checkpoint_on_shutdown");
        } catch (SQLException | RuntimeException e) {
            why.addSuppressed(e);
        }
        throw why;
    }

    /** Whether the file was written to, or made, since the opening began, by this opening itself perhaps; or somebody is about to make it. */
    boolean isDisturbed() {
        Stamp after = stamp(file);
        return after != null && (isBeingMade(after) || (!after.equals(before) && !isLogUntouched()));
    }

    /** Whoever makes a database makes an empty file first, and writes the headers after that; DuckDB 2.0 reads it in between. */
    private static boolean isBeingMade(Stamp now) {
        return now.size() == 0 && System.currentTimeMillis() - now.written().toMillis() < MAKING_MILLIS;
    }

    private boolean isChanged() {
        Stamp after = stamp(file);
        if (before == null) {
            // Made by this opening; or by another process at the same moment, and then it may hold something.
            return after != null && after.size() > NEW_SIZE;
        }
        return !before.equals(after) && !isLogUntouched();
    }

    /**
     * A log that was there before, and is as it was: nobody has written a checkpoint, which would have emptied it. To replay it writes to the
     * database itself, for an index that is made again for one.
     */
    private boolean isLogUntouched() {
        return logBefore != null && logBefore.size() > 0 && logBefore.equals(stamp(log));
    }

    /** Whether this process had the database open before: then nobody else could write, and whoever did has it open here. */
    private static boolean isShared(Connection opened) {
        try (Statement statement = opened.createStatement();
                ResultSet connections = statement.executeQuery("SELECT * FROM duckdb_connection_count()")) {
            return connections.next() && connections.getLong(1) > 1;
        } catch (SQLException | RuntimeException e) {
            return false; // a state that can't be read is no reason to keep it
        }
    }

    private static @Nullable Stamp stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size());
        } catch (IOException e) {
            return null; // DuckDB is about to make it
        }
    }
}
