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
    private static final long COMMIT_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

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

    /** Waits, within reason, for a COMMIT that runs. An interrupt is kept for later: it is no reason to cut the COMMIT short. */
    void awaitEnd() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + COMMIT_DEADLINE_NANOS;
        for (boolean waits = true; waits; ) {
            try {
                if (lock.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    lock.unlock();
                }
                waits = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
