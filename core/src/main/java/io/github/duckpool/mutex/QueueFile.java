package io.github.duckpool.mutex;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The companion file of one database, open in this process: two numbers, and lock bytes far past its end.
 *
 * <table>
 * <caption>What lies where; numbers are little-endian and 8 bytes wide</caption>
 * <tr><td>0</td><td>the magic, which includes the version of the protocol</td></tr>
 * <tr><td>8</td><td>the next ticket: a hint, checked at every enqueue</td></tr>
 * <tr><td>16</td><td>the ticket released last: a hint that spares waiters their probes</td></tr>
 * <tr><td>2^61 + n</td><td>lock byte, the writer's flag of ticket n</td></tr>
 * <tr><td>2^62</td><td>lock byte, the guard</td></tr>
 * <tr><td>2^62 + n</td><td>lock byte of ticket n</td></tr>
 * </table>
 *
 * <p>A process loses all its locks on a file when any descriptor of that file is closed. So there is one descriptor for each
 * companion in a JVM ({@link QueueDescriptors}), and nothing is called on it that an interrupt could turn into a close: of its
 * channel only {@code tryLock} and {@code FileLock.release}, and for the numbers {@link RandomAccessFile}, which knows
 * no interrupts. Mapping the file would be faster, but once somebody truncates it, compiled code reports the fault of a mapping
 * later, in the midst of whatever the thread does then.
 *
 * <p>Thread-safe.
 */
final class QueueFile {
    /** The protocol's name and version. */
    static final long MAGIC = number("DPQUEUE1".getBytes(US_ASCII));

    static final int SIZE = 4096;
    static final long GUARD = 1L << 62;
    static final long TICKETS = 1L << 62;
    static final long WRITERS = 1L << 61;

    /** Tickets are below this, so that no writer's flag reaches the tickets. */
    static final long TICKET_LIMIT = 1L << 60;

    private static final int MAGIC_OFFSET = 0;
    private static final int NEXT_OFFSET = 8;
    private static final int RELEASED_OFFSET = 16;

    private final Path path;
    private final Object key;

    /** Its monitor, shared with other class loaders, guards the file position. */
    private final RandomAccessFile descriptor;

    /** Set once the magic was seen; written under the guard. */
    private volatile boolean formatted;

    /** Set once: a file that has left its path does not come back. */
    private volatile boolean stale;

    QueueFile(Path path, Object key, RandomAccessFile descriptor) {
        this.path = path;
        this.key = key;
        this.descriptor = descriptor;
    }

    /** Whether the path still leads to this file; false when the companion was deleted, or deleted and made anew. */
    boolean isCurrent() {
        stale |= !key.equals(QueueDescriptors.keyOf(path));
        return isUsable();
    }

    /**
     * Deletes the file, if the path still leads to it. The caller holds the guard, and nobody else a ticket: whoever draws one
     * now, on this file, finds out before he has the turn.
     */
    boolean delete() throws IOException {
        if (!isCurrent()) {
            return false;
        }
        Files.delete(path);
        stale = true;
        return true;
    }

    /** Whether nothing is known against this file; asks nobody. */
    boolean isUsable() {
        return !stale && descriptor.getChannel().isOpen();
    }

    /**
     * Locks a range at once or not at all.
     *
     * @return null when anybody, in this process or another, holds a conflicting part of it
     */
    @Nullable
    FileLock tryLock(long position, long size, boolean shared) throws IOException {
        try {
            return descriptor.getChannel().tryLock(position, size, shared);
        } catch (OverlappingFileLockException heldHere) {
            return null;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw QueueFailure.explain(path, e);
        }
    }

    /** Whether nobody holds anything exclusively in the range, and nothing of it is held or probed in this process. */
    boolean isFree(long position, long size) throws IOException {
        FileLock probe = tryLock(position, size, true);
        if (probe == null) {
            return false;
        }
        probe.release();
        return true;
    }

    /**
     * Makes sure that this is a queue, and makes a new, unfinished or truncated file one. The caller holds the guard.
     *
     * @return the ticket that the next comer tries first
     */
    long format() throws IOException {
        long next = next();
        if (formatted && next != 0) {
            return next;
        }
        try {
            synchronized (descriptor) {
                long size = descriptor.length();
                if (size < SIZE) { // real bytes: a hole would turn a full disk into a fault of somebody's mapping
                    descriptor.seek(size);
                    descriptor.write(new byte[SIZE - (int) size]);
                }
            }
            long magic = read(MAGIC_OFFSET);
            if (magic == 0) {
                write(MAGIC_OFFSET, MAGIC);
            } else if (magic != MAGIC) {
                throw QueueFailure.foreignFile(path, magic);
            }
        } catch (java.nio.file.FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw QueueFailure.explain(path, e);
        }
        formatted = true;
        return next();
    }

    /** Whether it was begun and never used. The caller holds the guard. */
    boolean isUnfinished() throws IOException {
        synchronized (descriptor) {
            return descriptor.length() < SIZE && read(MAGIC_OFFSET) == 0;
        }
    }

    void next(long ticket) throws IOException {
        write(NEXT_OFFSET, ticket);
    }

    /** The ticket that the next comer tries first; 0 in a new or truncated file. */
    long next() throws IOException {
        return read(NEXT_OFFSET);
    }

    /** The ticket that was released last. */
    long released() throws IOException {
        return read(RELEASED_OFFSET);
    }

    void released(long ticket) throws IOException {
        write(RELEASED_OFFSET, ticket);
    }

    Path path() {
        return path;
    }

    private long read(int offset) throws IOException {
        byte[] bytes = new byte[Long.BYTES];
        synchronized (descriptor) {
            descriptor.seek(offset);
            return descriptor.read(bytes) < Long.BYTES ? 0 : number(bytes);
        }
    }

    private void write(int offset, long number) throws IOException {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
        synchronized (descriptor) {
            descriptor.seek(offset);
            descriptor.write(bytes);
        }
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    @Override
    public String toString() {
        return path + " " + key;
    }
}
