package io.github.duckpool.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks a scratch file as DuckDB and the queue lock theirs: from the first byte to the last possible one. The only place of the
 * command line that opens a file; it makes the file itself, so that it can't be the database. As a program of its own it is the second
 * process of the {@link LockTrial}: it is told {@code try} or {@code release} line by line, and answers each. Used by one thread.
 */
final class LockProbe implements AutoCloseable {
    /** Its process has the lock now. */
    static final String GRANTED = "granted";

    /** Another process has it. */
    static final String REFUSED = "refused";

    static final String TRY = "try";
    private static final String RELEASED = "released";

    private final FileChannel channel;
    private @Nullable FileLock lock;

    private LockProbe(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes a file that was not there, for its owner alone. */
    static LockProbe make(Path scratch) throws IOException {
        FileAttribute<?>[] ownerOnly =
                scratch.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        return new LockProbe(FileChannel.open(
                scratch,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                ownerOnly));
    }

    /** Answers until its input ends. */
    public static void main(String[] args) throws IOException {
        try (var probe = new LockProbe(
                        FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE));
                var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                System.out.println(order.equals(TRY) ? probe.tryLock() : probe.release());
            }
        }
    }

    String tryLock() throws IOException {
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return REFUSED;
        }
        return lock == null ? REFUSED : GRANTED;
    }

    String release() throws IOException {
        if (lock != null) {
            lock.release();
            lock = null;
        }
        return RELEASED;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
