package io.github.duckpool.internal.lease;

import io.github.duckpool.internal.files.SharedFileSystem;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the path of an open database leads to another file, or to none. DuckDB does not: it goes on writing to the file that it has open,
 * acknowledges commits, and keeps its lock there, while whoever opens the path finds another database, or makes a new one.
 *
 * <p>It compares the file's identity with the one right after the opening, by its attributes alone. It says something only where that is sure: not when
 * the attributes can't be had, not where files have no identity (Windows, which does not let open files be replaced either), and not on
 * file systems of other hosts, some of which invent it: so what kind it is, is asked before anything else, but not as long as all is well. A path that
 * leads nowhere for a moment, while a file is moved away and back, is looked at twice. The path is a real one, so a symbolic link that is turned to another file changes nothing. Used by the lease's thread alone.
 */
final class FileAtPath {
    private static final long SECOND_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path file;
    private final Predicate<Path> ofAnotherHost;
    private final Runnable secondLook;
    private @Nullable Object opened;

    private enum Finding {
        SAME,
        GONE,
        ANOTHER,
        UNKNOWN;

        boolean isBad() {
            return this == GONE || this == ANOTHER;
        }
    }

    FileAtPath(Path file) {
        this(file, FileAtPath::isOfAnotherHost, FileAtPath::pause);
    }

    /**
     * One for a file.
     *
     * @param ofAnotherHost whether its file system is another host's, or may be
     * @param secondLook waits for it
     */
    FileAtPath(Path file, Predicate<Path> ofAnotherHost, Runnable secondLook) {
        this.file = file;
        this.ofAnotherHost = ofAnotherHost;
        this.secondLook = secondLook;
    }

    /** Notes which file DuckDB has just opened; a further pool that joins it meanwhile may find another one at the path already. */
    void arm() {
        if (opened != null) {
            return;
        }
        try {
            opened = keyAtPath();
        } catch (IOException e) {
            opened = null; // it can't be told here
        }
    }

    /** The file is being closed. */
    void disarm() {
        opened = null;
    }

    /** What has happened, what it means, and what to do; null as long as all is well, or nothing is known. */
    @Nullable
    String hazard() {
        Finding finding = find();
        if (!finding.isBad() || ofAnotherHost.test(file)) {
            return null;
        }
        secondLook.run();
        finding = find();
        if (!finding.isBad() || ofAnotherHost.test(file)) { // it may be hidden by a mount
            return null;
        }
        return finding == Finding.GONE ? gone() : replaced();
    }

    /** All of the time, whatever ends a park early; who interrupts wants something else of this thread. */
    private static void pause() {
        boolean interrupted = false;
        long startNanos = System.nanoTime();
        for (long left = SECOND_LOOK_NANOS; left > 0; left = SECOND_LOOK_NANOS - (System.nanoTime() - startNanos)) {
            LockSupport.parkNanos(FileAtPath.class, left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Finding find() {
        Object expected = opened;
        if (expected == null) {
            return Finding.UNKNOWN;
        }
        try {
            Object found = keyAtPath();
            return found == null ? Finding.UNKNOWN : found.equals(expected) ? Finding.SAME : Finding.ANOTHER;
        } catch (NoSuchFileException e) {
            return Finding.GONE;
        } catch (IOException e) {
            return Finding.UNKNOWN;
        }
    }

    private @Nullable Object keyAtPath() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Also where that can't be told: a directory that is gone as well may have been one of theirs. */
    private static boolean isOfAnotherHost(Path file) {
        try {
            FileStore store = Files.getFileStore(Files.exists(file) ? file : file.resolveSibling("."));
            return SharedFileSystem.of(store.type()).isPresent();
        } catch (IOException | SecurityException e) {
            return true;
        }
    }

    private String gone() {
        return file
                + " was deleted or moved away while this process has it open: what is committed goes to a file that nobody finds at"
                + " this path, and which is gone with its last user if it was deleted. Close the pool, put the file back or restore it"
                + " from a backup, and check the data; move or delete a database file only while nobody has it open";
    }

    private String replaced() {
        return file
                + " was replaced by another file while this process has the former one open: what is committed goes to the"
                + " former one, which nobody finds at this path. Close the pool, check the data, and build the pool again;"
                + " replace a database file, and its .wal, only while nobody has it open";
    }
}
