package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session's COMMITs and its interrupts apart: a COMMIT that is interrupted, by a cancel or by the close of its connection,
 * reports failure although the data is durable. It is held while a COMMIT runs, and by whoever interrupts. Thread-safe.
 */
final class CommitLock {
    private static final long COMMIT_DEADLINE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();

    /** Runs what commits; nothing cancels it meanwhile. */
    <T extends @Nullable Object> T during(Transaction.Work<T> work) throws SQLException {
        lock.lock();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Cancels a statement, unless a COMMIT runs. */
    void cancel(Statement statement) throws SQLException {
        if (lock.tryLock()) {
            try {
                statement.cancel();
            } finally {
                lock.unlock();
            }
        }
    }

    /** The same for a statement whose user may be closing it meanwhile. */
    void cancelQuietly(Statement statement) {
        try {
            cancel(statement);
        } catch (SQLException | RuntimeException e) {
            return; // it is over, which is all that was wanted
        }
    }

    /** Waits, within reason, for a COMMIT that runs. */
    void awaitEnd() {
        try {
            if (lock.tryLock(COMMIT_DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
