package io.github.duckpool.internal.lease;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A turn on a file, taken in two steps: first among the class loaders of this JVM, then in the queue of the processes.
 *
 * <p>Class loaders need a turn among themselves even to read. Each may have loaded a DuckDB of its own, and two of those in one
 * process don't exclude each other: locks of one process never conflict, and whoever closes the file first drops the lock of
 * both. Where the driver is one they would be in one instance, and each would put back to how it knew it what the borrowers of the
 * other have set or attached there. What they share are objects of the JDK in the system properties: a fair semaphore for each path, and the
 * identity of each file that is open, so that two hard links to one file can't both be opened.
 *
 * <p>Thread-safe, as far as one thread takes the turn and gives it back.
 */
final class JvmTurn implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JvmTurn.class);
    private static final String GATES = "io.github.duckpool.lease.gates";
    private static final String OPEN_FILES = "io.github.duckpool.lease.files";

    private static final Permit NO_TURN = () -> {};

    private final FileMutex mutex;
    private final Semaphore gate;
    private final Permit turn;
    private @Nullable Object fileKey;

    /** Whether the companion was not there before, and nothing was opened since: then it goes with the turn. */
    private boolean leavesNothing;

    private JvmTurn(FileMutex mutex, Semaphore gate, Permit turn, boolean fresh) {
        this.mutex = mutex;
        this.gate = gate;
        this.turn = turn;
        this.leavesNothing = fresh;
    }

    /** Waits for the turn in arrival order, for as long as it takes. An interrupt gives the place up. */
    static JvmTurn take(FileMutex mutex, boolean shared) throws InterruptedException, IOException {
        Semaphore gate = JvmTurn.<Semaphore>sharedMap(GATES)
                .computeIfAbsent(mutex.file().toString(), path -> new Semaphore(1, true));
        gate.acquire();
        try {
            boolean fresh = Files.notExists(mutex.companion());
            return new JvmTurn(mutex, gate, shared ? takeShared(mutex) : mutex.lock(), fresh);
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            gate.release();
            throw e;
        }
    }

    /** A reader who may not write in the directory, or on the whole file system, goes without a queue, as DuckDB does. */
    private static Permit takeShared(FileMutex mutex) throws InterruptedException, IOException {
        try {
            return mutex.lockShared();
        } catch (IOException e) {
            Path directory = mutex.companion().getParent();
            if (directory == null || Files.isWritable(directory) || Files.exists(mutex.companion())) {
                throw e;
            }
            LOG.info(
                    "{} is read without a turn, for nobody may make a queue beside it: {}",
                    mutex.file(),
                    e.getMessage());
            return NO_TURN;
        }
    }

    /** Whether this turn should be passed on: somebody else waits, or can't be seen any more. */
    boolean isAwaited() {
        try {
            return gate.hasQueuedThreads() || mutex.isAwaited();
        } catch (IOException e) {
            return true; // this turn may be lost with the companion; taking the next one tells why
        }
    }

    /**
     * Notes that the file is, or is about to be, open in this JVM.
     *
     * @return the other path by which the same file is open already, or null when all is well
     */
    @Nullable
    String claimFile() {
        if (fileKey != null) {
            return null;
        }
        Object key = keyOf(mutex.file());
        if (key == null) {
            return null; // DuckDB is about to make it: it can have no other name yet
        }
        String path = mutex.file().toString();
        String other = JvmTurn.<String>sharedMap(OPEN_FILES).putIfAbsent(key, path);
        if (other != null) {
            return other;
        }
        fileKey = key;
        return null;
    }

    /** Notes that the file was opened, so it is a database, and others will come. */
    void opened() {
        leavesNothing = false;
    }

    /** Passes the turn on; the database must be closed. */
    @Override
    public void close() {
        if (fileKey != null) {
            JvmTurn.<String>sharedMap(OPEN_FILES).remove(fileKey);
            fileKey = null;
        }
        try {
            if (leavesNothing && turn != NO_TURN) {
                mutex.deleteCompanion(turn);
            }
        } catch (IOException e) {
            LOG.debug("{} stays, though {} was not opened", mutex.companion(), mutex.file(), e);
        } finally {
            turn.close();
            gate.release();
        }
    }

    private static @Nullable Object keyOf(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    @SuppressWarnings("unchecked")
    private static <V> Map<Object, V> sharedMap(String name) {
        return (Map<Object, V>) System.getProperties().computeIfAbsent(name, key -> new ConcurrentHashMap<Object, V>());
    }

    @Override
    public String toString() {
        return turn.toString();
    }
}
