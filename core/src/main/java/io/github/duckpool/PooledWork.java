package io.github.duckpool;

import io.github.duckpool.internal.write.Writes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The work that a pool does by itself, with connections that it borrows for it: functions that read or write, and rows. */
abstract class PooledWork extends PoolDataSource {
    /** No time-out of the call's own. */
    private static final long OWN_BUDGET = -1;

    PooledWork(DuckPoolConfig config) {
        super(config);
    }

    abstract Writes work();

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
     * @throws SQLException what the function threw; or as {@link DuckPool#getConnection()}; or, at once, if every connection is held by
     *     threads that wait for another, this one among them
     */
    public final <T extends @Nullable Object> T read(SqlFunction<T> function) throws SQLException {
        return work().read(function::apply, OWN_BUDGET);
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
    public final <T extends @Nullable Object> T read(SqlFunction<T> function, Duration timeout) throws SQLException {
        return work().read(function::apply, nanos(notNegative(timeout)));
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
    public final <T extends @Nullable Object> CompletableFuture<T> readAsync(SqlFunction<T> function) {
        return work().readAsync(function::apply, OWN_BUDGET);
    }

    /**
     * Reads without blocking the caller, within a time that covers everything.
     *
     * @param function as for {@link #read(SqlFunction)}
     * @param timeout as for {@link #read(SqlFunction, Duration)}
     * @param <T> the type of the result
     * @return as {@link #readAsync(SqlFunction)}
     */
    public final <T extends @Nullable Object> CompletableFuture<T> readAsync(
            SqlFunction<T> function, Duration timeout) {
        return work().readAsync(function::apply, nanos(notNegative(timeout)));
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
    public final <T extends @Nullable Object> T write(SqlFunction<T> function) throws SQLException {
        return work().write(function::apply, OWN_BUDGET);
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
    public final <T extends @Nullable Object> T write(SqlFunction<T> function, Duration timeout) throws SQLException {
        return work().write(function::apply, nanos(notNegative(timeout)));
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
    public final <T extends @Nullable Object> CompletableFuture<T> writeAsync(SqlFunction<T> function) {
        return work().writeAsync(function::apply, OWN_BUDGET);
    }

    /**
     * Writes without blocking the caller, within a time that covers everything.
     *
     * @param function as for {@link #write(SqlFunction)}
     * @param timeout as for {@link #write(SqlFunction, Duration)}
     * @param <T> the type of the result
     * @return as {@link #writeAsync(SqlFunction)}
     */
    public final <T extends @Nullable Object> CompletableFuture<T> writeAsync(
            SqlFunction<T> function, Duration timeout) {
        return work().writeAsync(function::apply, nanos(notNegative(timeout)));
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
    public final void append(String table, @Nullable Object... row) throws SQLException {
        work().append(table, row);
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
    public final CompletableFuture<@Nullable Void> appendAsync(String table, @Nullable Object... row) {
        return work().appendAsync(table, row);
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
    public final long append(String table, Stream<? extends @Nullable Object[]> rows) throws SQLException {
        return work().appendAll(table, rows);
    }
}
