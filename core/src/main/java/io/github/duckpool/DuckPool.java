package io.github.duckpool;

import io.github.duckpool.internal.lease.HeldLease;
import io.github.duckpool.internal.lease.Lease;
import io.github.duckpool.internal.lease.PathLease;
import io.github.duckpool.internal.lease.Tenant;
import io.github.duckpool.internal.pool.ConnectionPool;
import io.github.duckpool.internal.pool.PoolFigures;
import io.github.duckpool.internal.pool.PoolSettings;
import io.github.duckpool.internal.pool.PoolThreads;
import io.github.duckpool.internal.write.Repeater;
import io.github.duckpool.internal.write.WriteSettings;
import io.github.duckpool.internal.write.Writes;
import io.github.duckpool.observe.Health;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of connections to one DuckDB database, and the {@link DataSource} that gives them out in arrival order.
 *
 * <p>The database is opened when the first connection is asked for. A connection handle belongs to one thread at a time;
 * closing it gives the connection back, and nothing that a borrower did to its session reaches the next one. The pool itself
 * is thread-safe. Close it to close the database and to give DuckDB's lock on the file back.
 */
public final class DuckPool extends PooledWork implements AutoCloseable {
    private final ConnectionPool pool;
    private final Writes work;
    private final long borrowTimeoutNanos;

    DuckPool(DuckPoolConfig config) {
        super(config);
        this.borrowTimeoutNanos = nanos(config.borrowTimeout());
        PoolSettings settings = settings(config);
        PoolThreads threads = new PoolThreads(config.poolName(), config.maxSize());
        this.pool = new ConnectionPool(settings, this::lease, threads);
        this.work = new Writes(
                new WriteSettings(
                        config.poolName(),
                        borrowTimeoutNanos,
                        config.readOnly(),
                        config.groupCommit().map(GroupCommit::limit).orElse(0),
                        config.maxQueuedWrites()),
                pool,
                this::repeat);
        pool.start();
    }

    private <T extends @Nullable Object> T repeat(Repeater.Attempt<T> attempt, long budgetNanos) throws SQLException {
        return config.retry().call(attempt::make, Duration.ofNanos(budgetNanos));
    }

    @Override
    Writes work() {
        return work;
    }

    private static PoolSettings settings(DuckPoolConfig config) {
        return new PoolSettings(
                config.poolName(),
                config.maxSize(),
                config.minIdle(),
                nanos(config.borrowTimeout()),
                nanos(config.maxLifetime()),
                nanos(config.idleTimeout()),
                nanos(config.leakThreshold()),
                nanos(config.closeTimeout()),
                nanos(config.maxOvertaking()),
                config.statementCacheSize(),
                config.connectionInitSql());
    }

    private Lease lease(Tenant tenant) {
        return config.databaseUrl()
                .file()
                .<Lease>map(file -> new PathLease(file, RetriedOpener.terms(config), new RetriedOpener(config), tenant))
                .orElseGet(() -> new HeldLease(
                        config.poolName(),
                        () -> config.retry().call(() -> DatabaseOpener.open(config, null), config.borrowTimeout()),
                        tenant,
                        nanos(config.closeTimeout())));
    }

    /**
     * Starts a new pool's settings.
     *
     * @return a builder with defaults
     */
    public static DuckPoolBuilder builder() {
        return new DuckPoolBuilder();
    }

    /**
     * Borrows a connection, and waits for it in arrival order for at most {@link DuckPoolConfig#borrowTimeout()}.
     *
     * @return a handle; close it to give the connection back
     * @throws java.sql.SQLTransientConnectionException if none came free in time, with who has them and who waits
     * @throws SQLException if the database can't be opened, the pool is closed, or the thread was interrupted (its flag stays
     *     set)
     */
    @Override
    public Connection getConnection() throws SQLException {
        return pool.borrow(borrowTimeoutNanos);
    }

    /**
     * Borrows a connection with a time-out of the caller's own.
     *
     * <p>With a time-out of zero nobody waits for the database to be opened, nor in the queue of processes. When the pool
     * doesn't have it open, such a call fails, but has it opened for a later one, and kept for as long as its sharing says.
     *
     * @param timeout how long to wait at most; zero takes a free connection or none
     * @return a handle; close it to give the connection back
     * @throws java.sql.SQLTransientConnectionException if none came free in time, with who has them and who waits
     * @throws SQLException as {@link #getConnection()}
     */
    public Connection getConnection(Duration timeout) throws SQLException {
        return pool.borrow(nanos(notNegative(timeout)));
    }

    /**
     * Borrows a connection without blocking the caller, in the same line as {@link #getConnection()}.
     *
     * @return completes with a handle, or exceptionally with what {@link #getConnection()} throws. Cancelling it leaves the
     *     line; if the connection was granted just then it goes back to the pool. Continuations of a future that had to wait
     *     run on the pool's own threads, of which there are {@code maxSize}: one that blocks belongs on an executor of its own.
     *     A thread counts as the handle's holder from its first use of it: one that keeps the last connection unused and calls
     *     {@link #read(SqlFunction)} or {@link #write(SqlFunction)} is not refused at once, but waits until its time is over
     */
    public CompletableFuture<Connection> connectionAsync() {
        return pool.borrowAsync(borrowTimeoutNanos);
    }

    /**
     * Borrows a connection without blocking the caller, with a time-out of its own.
     *
     * @param timeout how long to wait in line at most; zero as for {@link #getConnection(Duration)}
     * @return as {@link #connectionAsync()}
     */
    public CompletableFuture<Connection> connectionAsync(Duration timeout) {
        return pool.borrowAsync(nanos(notNegative(timeout)));
    }

    /**
     * The pool's figures now.
     *
     * @return a snapshot
     */
    public PoolStats stats() {
        PoolFigures figures = pool.figures();
        return new PoolStats(
                config.maxSize(),
                figures.active(),
                figures.idle(),
                figures.waiting(),
                figures.borrows(),
                figures.timeouts(),
                figures.created(),
                figures.destroyed(),
                age(figures.active(), figures.oldestBorrowNanos()),
                age(figures.waiting(), figures.longestWaitNanos()));
    }

    private static Optional<Duration> age(int count, long nanos) {
        return count == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /**
     * Whether the pool can be relied on.
     *
     * @return down if it is closed, or has lost DuckDB's lock on its file, with the reasons
     */
    public Health health() {
        if (isClosed()) {
            return Health.of(List.of("the pool is closed"));
        }
        return Health.of(pool.fault().map(List::of).orElse(List.of()));
    }

    /**
     * Whether {@link #close()} was called.
     *
     * @return true if nothing is lent any more
     */
    public boolean isClosed() {
        return pool.isClosed();
    }

    /**
     * Closes the pool: refuses new borrowers and fails waiting ones and queued writes at once (a write whose turn has not come
     * gets an error and was not begun; one that was acknowledged is committed), waits up to
     * {@link DuckPoolConfig#closeTimeout()} for borrowed connections, aborts those that are still out, and closes the
     * database, so that its file is free when this method returns. Closing twice does nothing. An interrupt ends the wait for
     * borrowers, not the closing; the flag stays set.
     */
    @Override
    public void close() {
        work.close();
        pool.close();
    }
}
