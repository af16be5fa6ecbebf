package io.github.duckpool.internal.pool;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * How a session's native connection is closed: once, whatever still runs on it, and never in the middle of a COMMIT.
 * Thread-safe: the pool, an abort and a hand-over may all ask for it.
 */
final class SessionEnd {
    private static final long CALLS_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Session session;
    private final Queue<ResultSet> abandoned = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean begun = new AtomicBoolean();

    /** Made with the session, because there may be no memory for it when the session is to end. */
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    SessionEnd(Session session) {
        this.session = session;
    }

    /** As {@link Session#destroy}. */
    CompletionStage<Void> begin(Executor offThread) {
        if (!begun.compareAndSet(false, true)) {
            return end;
        }
        try {
            session.instance().leave();
            List<Statement> running = session.open().disown();
            if (session.isCalled() || session.isMarked(Session.HANDED_OUT)) {
                PoolThreads.executeForSure(offThread, new Closing(this, running));
            } else {
                close(running);
            }
        } catch (Throwable e) { // for want of memory; nobody else ends what this has begun
            close(List.of());
            throw e;
        }
        return end;
    }

    /** No lambda: see {@link Housekeeping}. */
    private record Closing(SessionEnd end, List<Statement> running) implements Runnable {
        @Override
        public void run() {
            end.close(running);
        }
    }

    /** As {@link Session#abandon}. */
    void abandon(ResultSet rows) {
        abandoned.add(rows);
        if (end.isDone()) {
            closeAbandoned();
        }
    }

    private void close(List<Statement> running) {
        CommitLock commits = session.transaction().commits();
        try {
            commits.awaitEnd();
            endCalls(commits, running);
            commits.awaitEnd(); // one that was about to begin
            session.raw().close();
            closeAbandoned();
            end.complete(null);
        } catch (SQLException | RuntimeException | Error e) {
            end.completeExceptionally(e);
        } finally {
            closeAbandoned(); // what came between the last look and the end; what comes later sees the end
        }
    }

    /**
     * Cancels the calls in flight until none is left, or none that a cancel ends. The 1.4 driver's close would do so by itself,
     * but it holds the connection's lock while it waits for each statement's, and a statement that ends takes them the other
     * way round: a close that meets it leaves both threads waiting for each other, for ever. A statement that is still being
     * planned when this gives up is told of the close by the driver long before it ends. An {@linkplain LentAppender appender} is
     * not told, and writes to memory that the close frees: its use is waited for to the end, which the close would have to do too.
     */
    private void endCalls(CommitLock commits, List<Statement> running) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + CALLS_DEADLINE_NANOS;
        for (long pause = 50_000;
                session.isCalled() && (System.nanoTime() < deadline || session.isMarked(Session.APPENDER));
                pause = Math.min(2 * pause, 10_000_000)) {
            for (Statement statement : running) {
                commits.cancelQuietly(statement);
            }
            LockSupport.parkNanos(pause);
            interrupted |= Thread.interrupted(); // else it would not park again
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAbandoned() {
        for (ResultSet rows = abandoned.poll(); rows != null; rows = abandoned.poll()) {
            try {
                rows.close();
            } catch (SQLException e) {
                session.mark(Session.SUSPECT);
            }
        }
    }
}
