package io.github.duckpool.mutex;

/**
 * The right to go on, held by whoever has this object. Thread-safe: any thread may close it, and closing it again does nothing.
 */
public interface Permit extends AutoCloseable {

    /** Gives the permit back, to the next in line if there is one. */
    @Override
    void close();
}
