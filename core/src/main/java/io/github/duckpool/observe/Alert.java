package io.github.duckpool.observe;

/**
 * Something that a person should know of. It is in the log too; this is for those who want it on their own channel. Immutable and
 * thread-safe.
 *
 * @param kind what has happened
 * @param poolName the pool that noticed
 * @param message the facts, and what to do
 */
public record Alert(Kind kind, String poolName, String message) {

    /** What has happened. */
    public enum Kind {
        /** DuckDB's lock on the file is gone while the file is open: another process can write to it now. */
        LOCK_LOST,
        /**
         * The file was deleted, moved or replaced while it is open: whoever opens its path does not find what is committed. Told where the file
         * is open for writing; the pool lends nothing from then on, and is to be closed and built anew once it is clear which file is the right one.
         */
        FILE_REPLACED,
        /** Borrowed connections keep the file from other processes for longer than {@code maxSlice}. */
        SLICE_OVERSTAYED,
        /** A program that does not take turns holds the file, and the pool waits for it. */
        FILE_HELD
    }
}
