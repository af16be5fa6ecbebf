package io.github.duckpool;

import io.github.duckpool.lock.DuckError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * What a database leaves that could not be made for want of space: a file that nobody can open any more.
 *
 * <p>Only that error says that this process has made the file, for it comes of a write, which DuckDB does under its lock. Any other one may be
 * about the file of a program that is just making a database there: DuckDB 2.0 reads headers that are half written, before it asks for
 * the lock, and takes them for a damaged file.
 */
final class Stump {
    /** A database begins with three header blocks; a file that is shorter holds no data. */
    private static final long HEADERS_BYTES = 3 * 4096;

    private final Path file;
    private final boolean isNew;

    private Stump(Path file, boolean isNew) {
        this.file = file;
        this.isNew = isNew;
    }

    /** A database is about to be opened; it may become a stump if there is no file yet. */
    static Stump ifNew(Path file) {
        return new Stump(file, Files.notExists(file));
    }

    /** Whether there was no file before. */
    boolean isNew() {
        return isNew;
    }

    /**
     * Deletes what the attempt has left. The name is removed and no descriptor opened, so a lock on another file of that name, if somebody
     * was quicker, stays.
     *
     * @param why what DuckDB said
     */
    void deleteAfter(SQLException why) {
        if (!isNew || DuckError.classify(why).kind() != DuckError.Kind.DISK_FULL) {
            return;
        }
        try {
            if (Files.isRegularFile(file) && Files.size(file) < HEADERS_BYTES) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | SecurityException e) {
            why.addSuppressed(e);
        }
    }
}
