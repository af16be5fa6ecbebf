package io.github.duckpool.lock;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who has a database file open or locked, at one moment. Files are told apart by device and inode, so that symbolic and hard links,
 * and a renaming in the meantime, make no difference. Immutable and thread-safe.
 *
 * <pre>{@code
 * for (LockHolder holder : LockHolders.of(Path.of("letters.duckdb")).holders()) {
 *     System.out.println(holder + ": " + holder.mode() + ". " + holder.advice());
 * }
 * }</pre>
 *
 * <p>The file itself is never opened: on POSIX, closing any descriptor of a file drops all locks of the process on it. What is read:
 *
 * <ul>
 *   <li><b>Linux:</b> {@code /proc/locks}, {@code /proc/PID/fd} and {@code /proc/PID/fdinfo}.
 *   <li><b>macOS</b> and other systems with {@code lsof}: its machine-readable output.
 *   <li><b>Windows</b> and everything else: nothing tells it but DuckDB itself; see {@link #of(Path, DuckError)}.
 * </ul>
 *
 * <p>What can't be seen is said in {@link #notes()}: other users' open files, unless this process is privileged (their locks are
 * seen even so on Linux), other containers, and other hosts.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2), advisory record locking</a>
 * @see <a href="https://lsof.readthedocs.io/en/latest/">lsof(8)</a>
 */
public final class LockHolders {
    /** How the holders were found. */
    public enum Source {
        /** From Linux' {@code /proc}. */
        PROC,
        /** From the program {@code lsof}. */
        LSOF,
        /** From the text of DuckDB's own error, alone. */
        ERROR_TEXT,
        /** This platform does not tell. */
        NONE
    }

    private final Path file;
    private final boolean exists;
    private final List<LockHolder> holders;
    private final List<LockHolder> queue;
    private final int hidden;
    private final List<String> notes;
    private final boolean conclusive;
    private final Source source;
    private final Instant taken;

    LockHolders(DatabaseFiles files, Sighting sighting) {
        this.file = files.real();
        this.exists = files.exists();
        this.holders = List.copyOf(sighting.holders());
        this.queue = List.copyOf(sighting.queue());
        this.hidden = sighting.hidden();
        this.notes = List.copyOf(sighting.notes());
        this.conclusive = sighting.conclusive();
        this.source = sighting.source();
        this.taken = sighting.taken();
    }

    /**
     * Looks who has a database file open.
     *
     * @param database the file; it need not exist any more if somebody has it open
     * @return what could be seen
     * @throws NoSuchFileException if there is no such file, nobody is seen to have a deleted one open, and nobody queues for it
     * @throws IOException if the path can't be followed, or leads to a directory
     */
    public static LockHolders of(Path database) throws IOException {
        return of(database, Optional.empty());
    }

    /**
     * Looks who has a database file open, knowing what DuckDB said when it refused to open it. DuckDB asks the operating system who
     * holds the lock, which is the only source on Windows, and the only sign of a holder in another container.
     *
     * @param database the file
     * @param refusal DuckDB's error; one of another kind than {@link DuckError.Kind#FILE_LOCKED} adds nothing
     * @return what could be seen, and who is named by the error if he was not seen
     * @throws IOException as for {@link #of(Path)}
     */
    public static LockHolders of(Path database, DuckError refusal) throws IOException {
        return of(database, Optional.of(refusal));
    }

    private static LockHolders of(Path database, Optional<DuckError> refusal) throws IOException {
        DatabaseFiles files = DatabaseFiles.of(database);
        LockHolders found = new LockHolders(files, Sighting.of(files, refusal));
        if (!found.exists && found.isFree() && found.queue.isEmpty()) {
            throw new NoSuchFileException(database.toString(), null, "no such file, and nobody has it open");
        }
        return found;
    }

    /**
     * The file that was looked for.
     *
     * @return its path without links
     */
    public Path file() {
        return file;
    }

    /**
     * Whether the file is there.
     *
     * @return false if it has been deleted while somebody has it open, or was never made while somebody queues for it
     */
    public boolean exists() {
        return exists;
    }

    /**
     * Who has the database file or its write-ahead log open or locked: those with a lock first, then by the time of their start.
     *
     * @return the holders; also those that can't be seen but for their lock
     */
    public List<LockHolder> holders() {
        return holders;
    }

    /**
     * Who takes turns on the file by duckpool's queue, first come first, holders or not.
     *
     * @return the members of the queue, each with its place; empty where the platform does not list locks
     */
    public List<LockHolder> queue() {
        return queue;
    }

    /**
     * Whether nobody is known to have the file open or locked.
     *
     * @return true if there are no {@link #holders()}; it means little unless {@link #isConclusive()}, and {@link #notes()} say what
     *     could not be seen
     */
    public boolean isFree() {
        return holders.isEmpty();
    }

    /**
     * Whether anybody, this process too, holds a lock on the file that is there now.
     *
     * @return true if DuckDB would refuse to open it for writing in another process
     */
    public boolean isLocked() {
        return holders.stream().anyMatch(holder -> holder.mode() != LockHolder.Mode.NONE && !holder.isOfDeletedFile());
    }

    /**
     * How many processes could not be looked into for lack of permission. On Linux their locks are seen even so; a file that they have
     * open without a lock is not.
     *
     * @return a number of processes
     */
    public int hidden() {
        return hidden;
    }

    /**
     * Whether this look would have shown a lock of any process that lives where this one does. It would not on a platform that does
     * not tell, if {@code lsof} failed, or if the list of locks can't be read and some processes' open files can't either; then
     * {@link #isFree()} says no more than that nobody was seen.
     *
     * @return false if it can't be told that nobody has a lock
     */
    public boolean isConclusive() {
        return conclusive;
    }

    /**
     * What could not be seen, and why; and what is strange about what was seen.
     *
     * @return sentences for people; empty if everything could be seen
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * How the holders were found.
     *
     * @return the best source that this platform has
     */
    public Source source() {
        return source;
    }

    /**
     * When this was seen.
     *
     * @return the time at the end of the look
     */
    public Instant taken() {
        return taken;
    }

    @Override
    public String toString() {
        return file + " held by " + (holders.isEmpty() ? "nobody" : holders) + " (seen by " + source + ")";
    }
}
