package io.github.duckpool.lock;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file locks of all processes at one moment, as Linux lists them in {@code /proc/locks}. Immutable and thread-safe.
 *
 * <p>Locks of processes in other PID namespaces are missing, or carry the PID 0. Some file systems (btrfs, overlayfs) show another
 * device here than {@code stat} does, so a lock is found by its inode, and by its device where that agrees for any.
 */
public final class LockTable {
    private static final Path TABLE = Path.of("/proc/locks");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final List<Lock> locks;

    /**
     * One lock that is held.
     *
     * @param pid the process; 0 if it is not visible from here
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
     * Reads the table. Takes some 50 microseconds while there are few locks.
     *
     * @return the table; empty where there is none, as outside of Linux
     */
    public static Optional<LockTable> read() {
        List<Lock> locks = new ArrayList<>();
        try (var lines = new BufferedReader(
                new InputStreamReader(new FileInputStream(TABLE.toFile()), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Lock lock = parse(line);
                if (lock != null) {
                    locks.add(lock);
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(new LockTable(locks));
    }

    /** Reads such a line: {@code 2: POSIX  ADVISORY  WRITE 19527 fe:00:10003465 0 EOF}; null for locks of other kinds. */
    static @Nullable Lock parse(String line) {
        String[] words = BLANKS.split(line.trim(), -1);
        if (words.length != 8 || !words[1].equals("POSIX")) {
            return null; // also of those who wait for a lock: "2: -> POSIX …"
        }
        int colon = words[5].lastIndexOf(':');
        try {
            return new Lock(
                    Long.parseLong(words[4]),
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
        long inode;
        String device;
        try {
            inode = (Long) Files.getAttribute(file, "unix:ino");
            device = device((Long) Files.getAttribute(file, "unix:dev"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return List.of();
        }
        List<Lock> byInode = locks.stream().filter(lock -> lock.inode == inode).toList();
        List<Lock> byDevice =
                byInode.stream().filter(lock -> lock.device.equals(device)).toList();
        return byDevice.isEmpty() ? byInode : byDevice;
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
        return String.format("%02x:%02x", major, minor);
    }
}
