package io.github.duckpool;

import io.github.duckpool.lock.DuckError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a database leaves that could not be made: a file that nobody can open any more.
 *
 * <p>Only a write to it that failed, for want of space or whatever reason, says that this process has made the file, for DuckDB writes under its
 * lock. Any other error may be about the file of a program that is just making a database there: DuckDB 2.0 reads headers that are half written,
 * before it asks for the lock, and takes them for a damaged file; and where no file can be opened, the one that is there is somebody else's. To lock
 * the file before it is deleted would not help: a program that has opened it, and locks it after that, does not look whether it is still at
 * its path, and would write to one that nobody finds. Nor would its age: the program may be stopped. So what is left without a
 * failed write stays, and whoever opens it is told that it is empty and can be deleted.
 */
final class Stump {
    /** A database begins with three header blocks; a file that is shorter holds no data. */
    private static final long HEADERS_BYTES = 3 * 4096;

    /** How DuckDB reports it, between the type of the error and the name of the file. */
    private static final Pattern FAILED_WRITE =
            Pattern.compile("IO Error: Could not (?:write|write to|truncate) file \"(.*)\": [^\"]*", Pattern.DOTALL);

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
        Matcher failedWrite = FAILED_WRITE.matcher(DuckError.classify(why).message());
        if (!isNew || !failedWrite.matches() || !failedWrite.group(1).equals(file.toString())) {
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
