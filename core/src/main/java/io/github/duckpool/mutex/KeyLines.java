package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.FirstError;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The lines of the keys of a {@link KeyedMutex} that are held or waited for, made when first needed and dropped as they retire. Thread-safe. */
final class KeyLines {
    private final MutexOptions options;

    /** The lines in use. One that has retired may be here for a moment more. */
    private final ConcurrentMap<Object, KeyLine> lines = new ConcurrentHashMap<>();

    private volatile boolean closed;

    KeyLines(MutexOptions options) {
        this.options = options;
    }

    /** What is tried on a line. */
    interface Attempt<R extends @Nullable Object, E extends Exception, F extends Exception> {
        R on(KeyLine line) throws E, F;
    }

    /** Tries it on the key's line, and again on the next if that one retired in between. */
    <R extends @Nullable Object, E extends Exception, F extends Exception> R on(Object key, Attempt<R, E, F> attempt)
            throws E, F {
        while (true) {
            KeyLine line = lines.computeIfAbsent(key, absent -> new KeyLine(absent, options, this::drop));
            try {
                if (closed) { // only now: whoever closes has either seen this line, or is seen here
                    shut(line);
                    throw new IllegalStateException("KeyedMutex is closed");
                }
                return attempt.on(line);
            } catch (KeyLine.RetiredException e) {
                drop(line);
            } finally {
                line.idle(); // a request that came to nothing has made the line, or kept it
            }
        }
    }

    private void shut(KeyLine line) {
        try {
            line.close();
        } finally {
            drop(line);
        }
    }

    private void drop(KeyLine line) {
        lines.remove(line.key(), line);
    }

    /** The line of a key, if that is in use. */
    @Nullable
    KeyLine find(Object key) {
        return lines.get(key);
    }

    int size() {
        return lines.size();
    }

    boolean isClosed() {
        return closed;
    }

    /** Shuts every line, and those to come. */
    void close() {
        closed = true;
        Throwable thrown = null;
        for (KeyLine line : lines.values()) {
            try {
                shut(line);
            } catch (Throwable e) { // an executor's: the waiters of the other keys are to be told all the same
                thrown = FirstError.of(thrown, e);
            }
        }
        FirstError.raise(thrown);
    }
}
