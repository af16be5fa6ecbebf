package io.github.duckpool.internal.lease;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Watches over DuckDB's lock on one file, where the operating system tells. POSIX drops all locks of a process on a file when
 * the process closes any descriptor of it, so a mere {@code Files.copy} of the open database takes DuckDB's lock away, without an
 * error anywhere; then a second process can open the file, and commits vanish.
 *
 * <p>Linux lists the locks of each descriptor under {@code /proc/self/fdinfo}. The guard looks there for the very lock that
 * it saw right after the file was opened; where it saw none, it knows nothing and says nothing. It does not read {@code /proc/locks}: the
 * kernel stops all locking of the machine for that and waits until every processor has noticed, 6 to 14 ms, in the
 * midst of each hand-over. Used by the lease's thread alone.
 */
final class LockGuard {
    /** Of the thread: the entry of a process whose first thread has ended is empty. */
    private static final String SELF = "/proc/thread-self/";

    private final Path file;
    private @Nullable Held seen;

    /** A lock, in the kernel's words, and the descriptor by which it is held. */
    private record Held(String descriptor, String lock) {}

    LockGuard(Path file) {
        this.file = file;
    }

    /** Notes the lock that DuckDB has just taken. */
    void arm() {
        try {
            seen = find();
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
        Held before = seen;
        if (before == null) {
            return false;
        }
        try {
            return !before.lock.equals(lock(before.descriptor)) && find() == null;
        } catch (IOException e) {
            return false; // it can't be told
        }
    }

    private @Nullable Held find() throws IOException {
        String[] descriptors = new File(SELF + "fd").list();
        if (descriptors == null) {
            throw new IOException(SELF + "fd can't be read");
        }
        for (String descriptor : descriptors) {
            String lock = leadsToFile(descriptor) ? lock(descriptor) : null;
            if (lock != null) {
                return new Held(descriptor, lock);
            }
        }
        return null;
    }

    private boolean leadsToFile(String descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of(SELF, "fd", descriptor)).equals(file);
        } catch (NoSuchFileException e) {
            return false; // closed meanwhile
        }
    }

    /** The lock of the whole file that is held by a descriptor; null if there is none. */
    private static @Nullable String lock(String descriptor) throws IOException {
        String info;
        try (var in = new FileInputStream(SELF + "fdinfo/" + descriptor)) { // knows no interrupts
            info = new String(in.readAllBytes(), US_ASCII);
        } catch (FileNotFoundException e) {
            if (new File(SELF + "fdinfo/" + descriptor).exists()) {
                throw e; // no descriptor is left to read it
            }
            return null; // closed meanwhile
        }
        return info.lines()
                .filter(line -> line.startsWith("lock:") && line.contains("POSIX") && line.endsWith(" 0 EOF"))
                .map(line -> line.substring(line.indexOf("POSIX")))
                .findFirst()
                .orElse(null);
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
