package io.github.duckpool.lock;

/**
 * A descriptor by which a process has a database file, or its write-ahead log, open.
 *
 * @param descriptor its number in that process
 * @param role which of the two files it is
 * @param path the file's path as that process's operating system tells it now; another one than was asked for after a renaming, or
 *     with a hard link
 * @param writable whether it was opened for writing
 * @param lock the lock that the process holds by it
 * @param deleted whether the file has been deleted since: what is written to it is lost when it is closed
 */
public record OpenFile(
        int descriptor, Role role, String path, boolean writable, LockHolder.Mode lock, boolean deleted) {
    /** The files that make up a database. */
    public enum Role {
        /** The database file itself. */
        DATABASE,
        /** The write-ahead log beside it, {@code FILE.wal}. */
        WAL
    }
}
