package io.github.duckpool.internal.lease;

import io.github.duckpool.lock.LockTable;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches over DuckDB's lock on one file, where the operating system lists locks. POSIX drops all locks of a process on a file
 * when the process closes any descriptor of it, so a mere {@code Files.copy} of the open database takes DuckDB's lock away, without an
 * error anywhere; then a second process can open the file, and commits vanish.
 *
 * <p>It looks for the very entry that it saw right after the file was opened. Where it saw none, on a file system or in a
 * container that shows other numbers, it knows nothing and says nothing. Used by the lease's thread alone.
 */
final class LockGuard {
    /** The table may be read while it changes, so an entry is missing only if it is missing several times. */
    private static final int LOOKS = 3;

    private final Path file;
    private LockTable.@Nullable Lock seen;

    LockGuard(Path file) {
        this.file = file;
    }

    /** Notes the lock that DuckDB has just taken. */
    void arm() {
        long own = ProcessHandle.current().pid();
        seen = LockTable.read()
                .flatMap(table -> table.on(file).stream()
                        .filter(lock -> lock.pid() == own && lock.start() == 0 && lock.end() == Long.MAX_VALUE)
                        .findFirst())
                .orElse(null);
    }

    /** The file is being closed. */
    void disarm() {
        seen = null;
    }

    /** Whether the lock was there, and is gone. Costs the time to read the table. */
    boolean isLost() {
        LockTable.Lock lock = seen;
        if (lock == null) {
            return false;
        }
        for (int look = 0; look < LOOKS; look++) {
            Optional<LockTable> table = LockTable.read();
            if (table.isEmpty() || table.get().contains(lock)) {
                return false;
            }
        }
        return true;
    }

    /** What has happened, what it means, and what to do. */
    static String hazard(Path file) {
        return "DuckDB's lock on " + file
                + " is gone while this process has it open: something in this process has opened and closed the"
                + " file (Files.copy, a stream, SQL that reads the file as data, such as read_text), which drops the lock. Another"
                + " process can write to it now, and commits may be lost. Close the pool, check the data, and never open a"
                + " database file that is in use; back it up by SQL";
    }
}
