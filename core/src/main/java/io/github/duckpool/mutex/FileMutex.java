package io.github.duckpool.mutex;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * A first-come, first-served lock on a file, shared between the threads of this process and all other processes of the host.
 * It guards one file by convention: whoever takes a turn before using the file is safe from everybody else who does.
 *
 * <p>A turn is exclusive, or shared with other shared turns. Turns come strictly in the order in which they were asked for, across
 * processes and languages; a shared turn does not pass a waiting exclusive one. A process that dies, in whatever way,
 * gives its turn back at once, because the turn is a byte-range lock of the operating system: there are no
 * lease times, process files or heartbeats, and nothing to clean up. A process that is <em>stopped</em> keeps its place.
 *
 * <pre>{@code
 * FileMutex mutex = FileMutex.of(Path.of("letters.duckdb"));
 * try (Permit turn = mutex.lock(Duration.ofSeconds(10))) {
 *     // nobody else is here
 * }
 * }</pre>
 *
 * <p>The queue is a companion file beside the guarded one, {@code letters.duckdb.queue}, of 4096 bytes. It stays when nobody uses it, and must
 * not be deleted, copied, read or otherwise opened: on POSIX systems the closing of any descriptor drops the locks. The
 * guarded file itself is never opened. All paths to one file, relative or through symbolic links, lead to one queue; hard links do
 * not. The protocol is written down for other languages in {@code queue-protocol.md}.
 *
 * <p>Within a process one request at a time stands in the queue of the processes, so that a process with many threads
 * gets no more turns than one with a single thread; behind it the requests of this process wait in their own order. A free turn costs a
 * few system calls. While one request stands in the queue, the waiting thread, or one daemon thread for a future, polls
 * about every millisecond; otherwise nothing runs. Turns are not reentrant: a thread that asks for an exclusive turn while it holds
 * one waits for itself.
 *
 * <p>Thread-safe. A {@link Permit} belongs to whoever holds the object, and is closed by any thread; a forgotten one is held until the process
 * ends. Where closing one throws a {@code StackOverflowError}, close it again with more stack: else the turn may be held until the process ends.
 */
public final class FileMutex {
    private static final String SUFFIX = ".queue";
    private static final int LINKS = 40;
    private static final Map<Path, WeakReference<FileMutex>> MUTEXES = new HashMap<>();

    private final Path database;
    private final Path companion;
    private final TurnLine line;

    private FileMutex(Path database) {
        this.database = database;
        this.companion = database.resolveSibling(database.getFileName() + SUFFIX);
        this.line = new TurnLine(companion);
    }

    /**
     * Finds the mutex of a file. Nothing is opened or created yet; the file itself need not exist.
     *
     * @param file the file to guard, by any path
     * @return the one mutex of that file
     * @throws IOException if the path can't be resolved, because its directory is missing or it is a directory itself
     */
    public static FileMutex of(Path file) throws IOException {
        Path real = realPath(file, LINKS);
        synchronized (MUTEXES) {
            MUTEXES.values().removeIf(reference -> reference.get() == null);
            var known = MUTEXES.get(real);
            FileMutex mutex = known == null ? null : known.get();
            if (mutex == null) {
                mutex = new FileMutex(real);
                MUTEXES.put(real, new WeakReference<>(mutex));
            }
            return mutex;
        }
    }

    /**
     * The guarded file, by its real path.
     *
     * @return an absolute path without symbolic links
     */
    public Path file() {
        return database;
    }

    /**
     * The companion file that holds the queue. It exists from the first request on.
     *
     * @return an absolute path without symbolic links
     */
    public Path companion() {
        return companion;
    }

    /**
     * Waits for an exclusive turn, for as long as it takes.
     *
     * @return the turn; close it to pass it on
     * @throws InterruptedException if interrupted while waiting; the place is given up
     * @throws IOException if the companion file can't be used; the message says why and what to do
     */
    public Permit lock() throws InterruptedException, IOException {
        return line.takeUntimed(false);
    }

    /**
     * Waits for an exclusive turn.
     *
     * @param timeout how long at most; zero tries once
     * @return the turn; close it to pass it on
     * @throws TimeoutException if the turn did not come in time; the place is given up
     * @throws InterruptedException if interrupted while waiting; the place is given up
     * @throws IOException if the companion file can't be used; the message says why and what to do
     */
    public Permit lock(Duration timeout) throws InterruptedException, TimeoutException, IOException {
        return line.take(false, Deadline.in(timeout));
    }

    /**
     * Waits for a shared turn, for as long as it takes.
     *
     * @return the turn; close it to pass it on
     * @throws InterruptedException if interrupted while waiting; the place is given up
     * @throws IOException if the companion file can't be used; the message says why and what to do
     */
    public Permit lockShared() throws InterruptedException, IOException {
        return line.takeUntimed(true);
    }

    /**
     * Waits for a shared turn.
     *
     * @param timeout how long at most; zero tries once
     * @return the turn; close it to pass it on
     * @throws TimeoutException if the turn did not come in time; the place is given up
     * @throws InterruptedException if interrupted while waiting; the place is given up
     * @throws IOException if the companion file can't be used; the message says why and what to do
     */
    public Permit lockShared(Duration timeout) throws InterruptedException, TimeoutException, IOException {
        return line.take(true, Deadline.in(timeout));
    }

    /**
     * Takes an exclusive turn if it is free and nobody waits for it.
     *
     * @return the turn, or empty
     * @throws IOException if the companion file can't be used; the message says why and what to do
     */
    public Optional<Permit> tryLock() throws IOException {
        return line.tryTake(false);
    }

    /**
     * Takes a shared turn if no exclusive one is held or waited for.
     *
     * @return the turn, or empty
     * @throws IOException if the companion file can't be used; the message says why and what to do
     */
    public Optional<Permit> tryLockShared() throws IOException {
        return line.tryTake(true);
    }

    /**
     * Asks for an exclusive turn without blocking. Cancelling the future gives the place up.
     *
     * @return the turn to come; fails with an {@link IOException} if the companion file can't be used
     */
    public CompletableFuture<Permit> acquire() {
        return line.ask(false, Deadline.NEVER);
    }

    /**
     * Asks for an exclusive turn without blocking. Cancelling the future gives the place up.
     *
     * @param timeout how long to wait at most
     * @return the turn to come; fails with a {@link TimeoutException} if it did not come in time, or with an
     *     {@link IOException} if the companion file can't be used
     */
    public CompletableFuture<Permit> acquire(Duration timeout) {
        return line.ask(false, Deadline.in(timeout));
    }

    /**
     * Asks for a shared turn without blocking. Cancelling the future gives the place up.
     *
     * @return the turn to come; fails with an {@link IOException} if the companion file can't be used
     */
    public CompletableFuture<Permit> acquireShared() {
        return line.ask(true, Deadline.NEVER);
    }

    /**
     * Asks for a shared turn without blocking. Cancelling the future gives the place up.
     *
     * @param timeout how long to wait at most
     * @return the turn to come; fails with a {@link TimeoutException} if it did not come in time, or with an
     *     {@link IOException} if the companion file can't be used
     */
    public CompletableFuture<Permit> acquireShared(Duration timeout) {
        return line.ask(true, Deadline.in(timeout));
    }

    /**
     * Counts the requests behind the newest turn held by this process, in this process and others; if it holds none, all turns
     * drawn and not passed on. An upper bound, for some of those who asked in other processes may have given up; but those of other processes count as one
     * while the numbers in the companion file are damaged, or can't be read. Costs about a microsecond for a holder, so that he can ask often.
     *
     * @return the number of requests, 0 only when nobody waits
     */
    public long waiters() {
        return line.waiters();
    }

    /**
     * Whether anybody alive waits until this process gives its turn back: another process, or another request of this one. Readers do
     * not wait for a shared turn. Exact, unlike {@link #waiters()}, and as cheap while nobody has come. Also true when the companion
     * file was deleted or replaced: others wait at the new one, unseen.
     *
     * @return true if passing the turn on would serve somebody
     * @throws IOException if the companion file can't be used
     */
    public boolean isAwaited() throws IOException {
        return line.isAwaited();
    }

    /**
     * Deletes the companion file, unless anybody else has a turn or waits for one: for whoever has found, in his turn, that there
     * is nothing to guard. The turn is over by that, and is to be closed next: whoever asks from now on makes a new companion, and
     * is served at once.
     *
     * @param turn a turn of this mutex that is held
     * @return false if the companion stays, because somebody else is there or is just coming
     * @throws IllegalArgumentException if it is no such turn
     * @throws IOException if the system does not delete it; some don't while it is open
     */
    public boolean deleteCompanion(Permit turn) throws IOException {
        return line.deleteCompanion(turn);
    }

    /** The number of a turn's ticket; turns come in the order of these, unless one of both is shared with the other. */
    long ticketOf(Permit turn) {
        return line.ticketOf(turn);
    }

    /** Resolves links even when the last name does not exist yet, as of a database that is about to be created. */
    private static Path realPath(Path path, int links) throws IOException {
        try {
            Path real = path.toRealPath();
            if (Files.isDirectory(real)) {
                throw new FileSystemException(path.toString(), null, "it is a directory; name a file to guard");
            }
            return real;
        } catch (NoSuchFileException missing) {
            Path absolute = path.toAbsolutePath();
            Path directory = absolute.getParent();
            Path name = absolute.getFileName();
            if (Files.isSymbolicLink(absolute) && links > 0) {
                return realPath(absolute.resolveSibling(Files.readSymbolicLink(absolute)), links - 1);
            }
            if (directory == null || name == null || !Files.isDirectory(directory)) {
                throw new NoSuchFileException(path.toString(), null, "its directory does not exist; make it first");
            }
            return directory.toRealPath().resolve(name);
        }
    }

    @Override
    public String toString() {
        return "FileMutex[" + database + "]";
    }
}
