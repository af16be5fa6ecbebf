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
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of connections to one DuckDB database, and the {@link DataSource} that gives them out in arrival order.
 *
 * <p>The database is opened when the first connection is asked for. A connection handle belongs to one thread at a time;
 * closing it gives the connection back, and nothing that a borrower did to its session reaches the next one. The pool itself
 * is thread-safe. Close it to close the database and to give DuckDB's lock on the file back.
 */
public final class DuckPool extends PoolDataSource implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** No time-out of the call's own. */
    private static final long OWN_BUDGET = -1;

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

    /** A time of centuries is as good as one of a century, and leaves room for sums. */
    static long nanos(Duration time) {
        return time.compareTo(LONGEST) < 0 ? time.toNanos() : LONGEST.toNanos();
    }

    /**
     * Reads: runs a function with a borrowed connection. Beside writers and other readers; each statement sees what is committed
     * when it begins, unless the function turns auto-commit off and so reads from one snapshot. A function that writes belongs
     * into {@link #write(SqlFunction)}: here it would not wait its turn, and may meet conflicts.
     *
     * <p>Waiting for the connection, opening the file and waits between attempts take at most
     * {@link DuckPoolConfig#borrowTimeout()} together; a running statement is not cut off. The handle ends with the function;
     * closing it earlier does nothing.
     *
     * @param function may run again if an error that a retry can cure meets the pool's {@link RetryPolicy}
     * @param <T> the type of the result
     * @return what the function returned
     * @throws java.sql.SQLTransientConnectionException if no connection came free in time
     * @throws SQLException what the function threw; or as {@link #getConnection()}; or, at once, if every connection is held by
     *     threads that wait for another, this one among them
     */
    public <T extends @Nullable Object> T read(SqlFunction<T> function) throws SQLException {
        return work.read(function::apply, OWN_BUDGET);
    }

    /**
     * Reads within a time that covers everything: waiting for a connection, the attempts, and their statements.
     *
     * @param function as for {@link #read(SqlFunction)}
     * @param timeout after it a running statement is cancelled
     * @param <T> the type of the result
     * @return what the function returned
     * @throws java.sql.SQLTimeoutException if the time was not enough, with what it was spent on
     * @throws SQLException as {@link #read(SqlFunction)}
     */
    public <T extends @Nullable Object> T read(SqlFunction<T> function, Duration timeout) throws SQLException {
        return work.read(function::apply, nanos(notNegative(timeout)));
    }

    /**
     * Reads without blocking the caller. The function runs on one of the pool's threads, never on the caller's.
     *
     * @param function as for {@link #read(SqlFunction)}
     * @param <T> the type of the result
     * @return completes with what the function returned, or with what {@link #read(SqlFunction)} throws. Cancelling it before
     *     the function has begun withdraws it, afterwards it cancels the running statement. What hangs on it runs on threads of
     *     the pool that nothing else needs, so it may block
     */
    public <T extends @Nullable Object> CompletableFuture<T> readAsync(SqlFunction<T> function) {
        return work.readAsync(function::apply, OWN_BUDGET);
    }

    /**
     * Reads without blocking the caller, within a time that covers everything.
     *
     * @param function as for {@link #read(SqlFunction)}
     * @param timeout as for {@link #read(SqlFunction, Duration)}
     * @param <T> the type of the result
     * @return as {@link #readAsync(SqlFunction)}
     */
    public <T extends @Nullable Object> CompletableFuture<T> readAsync(SqlFunction<T> function, Duration timeout) {
        return work.readAsync(function::apply, nanos(notNegative(timeout)));
    }

    /**
     * Writes: runs a function as one transaction, when its turn has come. Writers of this pool wait in one line, first come,
     * first served, and run one at a time, so they never conflict. The transaction is committed when the function returns, and
     * rolled back when it throws; what it threw reaches the caller unchanged, with later errors suppressed. A conflict with a
     * writer outside the line is met by the pool's {@link RetryPolicy}, which runs the function again in the same turn.
     *
     * <p>On the handle the transaction is the pool's: {@code commit}, {@code rollback} and {@code setAutoCommit(true)} are
     * refused (SQLState 2D000), {@code close} does nothing.
     *
     * <p>Waiting for the turn and for the connection, opening the file and waits between attempts take at most
     * {@link DuckPoolConfig#borrowTimeout()} together; a running statement is not cut off. An interrupt ends the wait for the
     * turn; the flag stays set. With {@link DuckPoolBuilder#groupCommit} the function runs on a thread of the pool if it had to
     * wait.
     *
     * @param function runs once, or again from its start on a retry
     * @param <T> the type of the result
     * @return what the function returned, after the commit
     * @throws java.sql.SQLTransientConnectionException if the turn or a connection did not come in time, or as many writes as
     *     {@link DuckPoolBuilder#maxQueuedWrites} waited already
     * @throws SQLException what the function threw, or why it could not be committed; SQLState 08007 says that the outcome is
     *     unknown, every other that nothing was committed. Also, at once, for a {@code write} inside a {@code write} on the same
     *     thread, and if every connection is held by threads that wait for another, this one among them
     */
    public <T extends @Nullable Object> T write(SqlFunction<T> function) throws SQLException {
        return work.write(function::apply, OWN_BUDGET);
    }

    /**
     * Writes within a time that covers everything: the turn, the connection, the attempts, and their statements.
     *
     * @param function as for {@link #write(SqlFunction)}
     * @param timeout after it a running statement is cancelled and the transaction rolled back, unless its COMMIT has begun
     * @param <T> the type of the result
     * @return what the function returned, after the commit
     * @throws java.sql.SQLTimeoutException if the time was not enough, with what it was spent on; nothing was committed
     * @throws SQLException as {@link #write(SqlFunction)}
     */
    public <T extends @Nullable Object> T write(SqlFunction<T> function, Duration timeout) throws SQLException {
        return work.write(function::apply, nanos(notNegative(timeout)));
    }

    /**
     * Writes without blocking the caller, in the same line as {@link #write(SqlFunction)}. The function runs on a thread of the
     * pool, never on the caller's.
     *
     * @param function as for {@link #write(SqlFunction)}
     * @param <T> the type of the result
     * @return completes after the commit, or with what {@link #write(SqlFunction)} throws. If {@code cancel} returns true,
     *     nothing was or will be committed: the write was withdrawn from the line, or its statement is cancelled and its
     *     transaction rolled back. If it returns false, it was too late: the outcome follows, and if its error has SQLState
     *     08007 the work may be committed. Whoever completes the future himself, by {@code orTimeout} for one, gives the write
     *     up too, but does not learn whether its COMMIT had begun. What hangs on it runs on threads of the pool that nothing
     *     else needs, so it may block
     */
    public <T extends @Nullable Object> CompletableFuture<T> writeAsync(SqlFunction<T> function) {
        return work.writeAsync(function::apply, OWN_BUDGET);
    }

    /**
     * Writes without blocking the caller, within a time that covers everything.
     *
     * @param function as for {@link #write(SqlFunction)}
     * @param timeout as for {@link #write(SqlFunction, Duration)}
     * @param <T> the type of the result
     * @return as {@link #writeAsync(SqlFunction)}
     */
    public <T extends @Nullable Object> CompletableFuture<T> writeAsync(SqlFunction<T> function, Duration timeout) {
        return work.writeAsync(function::apply, nanos(notNegative(timeout)));
    }

    /**
     * Appends a row, and returns when it is committed. Rows of threads that wait at the same time are written together, in the
     * order they came, and share a commit; a row that can't be written fails its own caller alone.
     *
     * @param table the table's name as SQL writes it, such as {@code letters} or {@code archive.letters}
     * @param row a value for each column, in the table's order; converted as an INSERT does
     * @throws IllegalArgumentException if {@code table} is no name
     * @throws SQLException as {@link #write(SqlFunction)}
     */
    public void append(String table, @Nullable Object... row) throws SQLException {
        work.append(table, row);
    }

    /**
     * Appends a row without blocking the caller. Rows that are appended while others are being written go together: from
     * pipelined futures, up to 1,024 in one commit.
     *
     * @param table as for {@link #append(String, Object...)}
     * @param row as for {@link #append(String, Object...)}; the array is copied
     * @return completes when the row is committed; as {@link #writeAsync(SqlFunction)}
     * @throws IllegalArgumentException if {@code table} is no name
     */
    public CompletableFuture<@Nullable Void> appendAsync(String table, @Nullable Object... row) {
        return work.appendAsync(table, row);
    }

    /**
     * Appends many rows as one transaction: all or none. The stream is read in this thread's turn to write, so other writers
     * wait until it ends. Never run again, since a stream can't be.
     *
     * @param table as for {@link #append(String, Object...)}
     * @param rows an array of its own for each row; not closed here
     * @return how many rows there were
     * @throws IllegalArgumentException if {@code table} is no name
     * @throws SQLException as {@link #write(SqlFunction)}; nothing was committed, unless the SQLState is 08007
     */
    public long append(String table, Stream<? extends @Nullable Object[]> rows) throws SQLException {
        return work.appendAll(table, rows.iterator());
    }

    private static Duration notNegative(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative, was " + timeout);
        }
        return timeout;
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
