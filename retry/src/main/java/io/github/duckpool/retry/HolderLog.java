package io.github.duckpool.retry;

import io.github.duckpool.lock.DuckError;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who is in the way: at once when somebody begins to wait for a file, then at most once per 10 s and file, however many
 * calls wait for it. Thread-safe.
 */
final class HolderLog {
    static final long PERIOD_NANOS = 10_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(LockRetry.class);
    private static final int MOST_FILES = 1_000;

    /** When each file's holder was named last. */
    private final ConcurrentHashMap<String, Long> namedNanos = new ConcurrentHashMap<>();

    /** Logs a wait, unless the file's holder was named just now. */
    void waiting(DuckError error, long nowNanos, int attempts, long leftNanos) {
        line(error, nowNanos, attempts, leftNanos).ifPresent(LOG::warn);
    }

    Optional<String> line(DuckError error, long nowNanos, int attempts, long leftNanos) {
        String file = error.file().orElse("the database file");
        if (namedNanos.size() >= MOST_FILES) {
            namedNanos.clear();
        }
        boolean[] due = new boolean[1];
        namedNanos.compute(file, (key, last) -> {
            due[0] = last == null || nowNanos - last >= PERIOD_NANOS;
            return due[0] ? Long.valueOf(nowNanos) : last;
        });
        if (!due[0]) {
            return Optional.empty();
        }
        return Optional.of("waiting for the lock on " + file + ": " + Facts.holder(error) + " (attempt " + attempts
                + " failed; trying on for up to " + Facts.duration(leftNanos) + ")");
    }
}
