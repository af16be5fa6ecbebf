package io.github.duckpool.internal.lease;

import io.github.duckpool.lock.OwnLock;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Watches over DuckDB's lock on one file, where the operating system tells. POSIX drops all locks of a process on a file when
 * the process closes any descriptor of it, so a mere {@code Files.copy} of the open database takes DuckDB's lock away, without an
 * error anywhere; then a second process can open the file, and commits vanish.
 *
 * <p>It looks for the very lock that it saw right after the file was opened. Where it saw none, on another system or in a
 * container without {@code /proc}, it knows nothing and says nothing. Used by the lease's thread alone.
 */
final class LockGuard {
    private final Path file;
    private @Nullable OwnLock seen;

    LockGuard(Path file) {
        this.file = file;
    }

    /** Notes the lock that DuckDB has just taken; where it was seen before, a further pool has joined, and it may be gone already. */
    void arm() {
        if (seen != null) {
            return;
        }
        try {
            seen = OwnLock.on(file).orElse(null);
        } catch (IOException e) {
            seen = null; // it can't be told here
        }
    }

    /** The file is being closed. */
    void disarm() {
        seen = null;
    }

    /** Whether the lock was there, and is gone. */
    boolean isLost() {
        OwnLock lock = seen;
        try {
            return lock != null && !lock.isHeld();
        } catch (IOException e) {
            return false; // it can't be told
        }
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
