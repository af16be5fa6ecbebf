package io.github.duckpool.lock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file locks of all processes at one moment, as Linux lists them in {@code /proc/locks}. Immutable and thread-safe.
 *
 * <p>Locks of processes in other PID namespaces are missing, or carry the PID 0. Some file systems (btrfs, overlayfs) show another
 * device here than {@code stat} does: that of their mount. So a lock is found by its inode and either device; and by its inode alone only
 * where the mount can't be told, for small numbers are on every file system.
 */
public final class LockTable {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** A table without locks. */
    static final LockTable EMPTY = new LockTable(List.of());

    private final List<Lock> locks;

    /**
     * One lock that is held.
     *
     * @param pid the process; 0 if it is not visible from here, or the lock is no process's
     * @param write whether it excludes all others
     * @param device the file's device, as {@code major:minor} in hexadecimal
     * @param inode the file's inode
     * @param start the first byte
     * @param end the last byte; {@link Long#MAX_VALUE} for the end of the file
     */
    public record Lock(long pid, boolean write, String device, long inode, long start, long end) {}

    private LockTable(List<Lock> locks) {
        this.locks = locks;
    }

    /**
     * Reads the table. Linux stops all file locking of the machine for that until every processor has noticed: 6 to 14 ms if nobody has
     * read it just before. So it is read for people and error messages, and never as a matter of routine.
     *
     * @return the table; empty where there is none, as outside of Linux
     */
    public static Optional<LockTable> read() {
        String table = ProcFile.read("/proc/locks");
        return table == null ? Optional.empty() : Optional.of(parseAll(table));
    }

    static LockTable parseAll(String table) {
        return new LockTable(
                table.lines().map(LockTable::parse).filter(Objects::nonNull).toList());
    }

    /**
     * Reads such a line: {@code 2: POSIX  ADVISORY  WRITE 19527 fe:00:10003465 0 EOF}; null for locks of other kinds, which do not
     * keep DuckDB out. A lock that belongs to an open file instead of a process ({@code OFDLCK}) has the PID -1 there.
     */
    static @Nullable Lock parse(String line) {
        String[] words = BLANKS.split(line.trim(), -1);
        if (words.length != 8 || !(words[1].equals("POSIX") || words[1].equals("OFDLCK"))) {
            return null; // also of those who wait for a lock: "2: -> POSIX …"
        }
        int colon = words[5].lastIndexOf(':');
        try {
            return new Lock(
                    Math.max(0, Long.parseLong(words[4])),
                    words[3].equals("WRITE"),
                    words[5].substring(0, colon),
                    Long.parseLong(words[5].substring(colon + 1)),
                    Long.parseLong(words[6]),
                    words[7].equals("EOF") ? Long.MAX_VALUE : Long.parseLong(words[7]));
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return null;
        }
    }

    /**
     * The locks on a file. The file is not opened, for closing it would drop this process's locks on it.
     *
     * @param file the file
     * @return its locks; none if it does not exist
     */
    public List<Lock> on(Path file) {
        try {
            return on(
                    (Long) Files.getAttribute(file, "unix:ino"),
                    device((Long) Files.getAttribute(file, "unix:dev")),
                    () -> MountDevice.of(file));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return List.of();
        }
    }

    /**
     * The locks on a file.
     *
     * @param device what {@code stat} says
     * @param mounted the device of the file's mount, which is that of its locks; empty if it can't be told. Asked only if the
     *     file's number is locked on another device, since it costs the list of all mounts
     */
    List<Lock> on(long inode, String device, Supplier<Optional<String>> mounted) {
        List<Lock> byInode = locks.stream().filter(lock -> lock.inode == inode).toList();
        List<Lock> byDevice = of(device, byInode);
        if (byInode.isEmpty() || !byDevice.isEmpty()) {
            return byDevice;
        }
        return mounted.get().map(its -> of(its, byInode)).orElse(byInode);
    }

    private static List<Lock> of(String device, List<Lock> locks) {
        return locks.stream().filter(lock -> lock.device.equals(device)).toList();
    }

    /**
     * Who takes turns on a database by duckpool's queue.
     *
     * @param companion the file beside the database on which the queue's locks lie
     * @return the places, first come first; none if it does not exist
     */
    public List<QueuePlace> queue(Path companion) {
        return QueuePlace.of(on(companion));
    }

    /**
     * Whether this very lock is still held.
     *
     * @param lock a lock of another reading
     * @return true if the same process holds the same bytes of the same file in the same way
     */
    public boolean contains(Lock lock) {
        return locks.contains(lock);
    }

    /** The device's number as the table writes it. */
    static String device(long number) {
        long major = (number >>> 8 & 0xfff) | (number >>> 32 & ~0xfffL);
        long minor = (number & 0xff) | (number >>> 12 & ~0xffL);
        return device(major, minor);
    }

    static String device(long major, long minor) {
        return String.format("%02x:%02x", major, minor);
    }
}
