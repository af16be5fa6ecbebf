package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One native connection, with its cache of prepared statements and all that a borrower may have changed in it. */
public final class Session {
    private final Connection raw;
    private final long createdNanos;
    private volatile boolean retired;
    private final AtomicReference<@Nullable CompletableFuture<Void>> end = new AtomicReference<>();

    /**
     * Wraps a connection that was just made.
     *
     * @param raw the native connection, nobody else's
     * @param statementCacheSize how many idle prepared statements are kept; 0 keeps none
     * @param createdNanos when it was made, on the pool's clock
     */
    public Session(Connection raw, int statementCacheSize, long createdNanos) {
        this.raw = raw;
        this.createdNanos = createdNanos;
    }

    Connection raw() {
        return raw;
    }

    /**
     * When the connection was made.
     *
     * @return nanoseconds on the pool's clock
     */
    public long createdNanos() {
        return createdNanos;
    }

    /** Marks the session to be replaced when it comes back; for threads that do not hold it. */
    public void retire() {
        retired = true;
    }

    /**
     * Whether the borrower changed what all sessions of the database share: an attached database, an instance-wide setting.
     *
     * @return true if {@link #restoreInstance} has work to do
     */
    public boolean changedInstance() {
        return false;
    }

    /**
     * Puts back what the borrower changed for all sessions: detaches what it attached, restores settings of the instance.
     *
     * @param fresh a connection that no borrower has touched
     * @throws SQLException if something could not be put back; the rest was
     */
    public void restoreInstance(Connection fresh) throws SQLException {}

    /**
     * Closes the native connection, once: on this thread if nothing can hold it up, or else by the executor. A close waits
     * for the call in flight while DuckDB binds or plans it, which can take for ever.
     *
     * @param offThread runs the close when it might block
     * @return completes when the connection is closed, exceptionally if closing failed; every call returns the same end
     */
    public CompletionStage<Void> destroy(Executor offThread) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> others = end.compareAndExchange(null, mine);
        if (others != null) {
            return others;
        }
        try {
            raw.close();
            mine.complete(null);
        } catch (SQLException | RuntimeException e) {
            mine.completeExceptionally(e);
        }
        return mine;
    }
}
