package io.github.duckpool.retry;

import io.github.duckpool.RetryPolicy;
import io.github.duckpool.SqlCallable;
import io.github.duckpool.lock.DuckError;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.event.RetryEvent;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Retries work that met a lock or a conflict of DuckDB, with exponential backoff and full jitter, on Resilience4j.
 *
 * <p>Only errors that a retry can cure are retried ({@link DuckError.Kind#retryable()}), always the whole unit of work. Any
 * other error is thrown at once and unchanged. There are two families, each with a {@link Backoff} and a {@link Retry} of its
 * own:
 *
 * <table class="striped">
 *   <caption>What is retried</caption>
 *   <thead><tr><th>family</th><th>kinds</th></tr></thead>
 *   <tbody>
 *     <tr><td>file locks</td><td>{@code FILE_LOCKED}; {@code HANDLE_CONFLICT}, at most 6 times in a row</td></tr>
 *     <tr><td>conflicts</td><td>{@code WRITE_CONFLICT}, {@code CATALOG_CONFLICT}, {@code CHECKPOINT_BUSY};
 *     {@code CONSTRAINT_AT_COMMIT}, once in a row</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>When it gives up, it throws the last error as the cause of an exception of the standard JDBC class for its kind
 * ({@link java.sql.SQLTransientConnectionException}, {@link java.sql.SQLTransactionRollbackException} or
 * {@link java.sql.SQLIntegrityConstraintViolationException}), with every earlier error suppressed (the first 100, if there are more), and with the attempts, the
 * time spent, the reason and, where it is known, the holder of the file in the message. An unchecked exception that wraps an
 * {@link SQLException}, as frameworks throw, is retried for what it wraps and thrown as it is; its facts are suppressed in it.
 *
 * <p>No wait passes the family's deadline or the caller's time limit, and none follows the last attempt. A wait that would
 * pass the end is drawn again from the time that is left, and the attempt after it is the last. While a call waits for a
 * file, a line in the log at level WARN names the holder, at once and then at most once per 10 s and file.
 *
 * <p>Each of the two retries of Resilience4j counts every call once, as if it were around it alone. Its events hold the error
 * as it was thrown; {@link #errorOf} reads kind and holder from it. A call that is given up because time ran out publishes an
 * error event, but Resilience4j has no way to count it among the failed ones.
 *
 * <p>Immutable and thread-safe; one may serve any number of pools and threads. A call that succeeds at once allocates
 * nothing.
 */
public final class LockRetry implements RetryPolicy {
    private final FamilyRetry fileLocks;
    private final FamilyRetry conflicts;
    private final RetryTime time;
    private final Executor executor;
    private final HolderLog holders = new HolderLog();

    /** The two, or one of them if the user gave the same retry for both: a call counts once on each retry. */
    private final FamilyRetry[] counted;

    LockRetry(FamilyRetry fileLocks, FamilyRetry conflicts, RetryTime time, Executor executor) {
        this.fileLocks = fileLocks;
        this.conflicts = conflicts;
        this.time = time;
        this.executor = executor;
        this.counted = fileLocks.retry() == conflicts.retry()
                ? new FamilyRetry[] {conflicts}
                : new FamilyRetry[] {fileLocks, conflicts};
    }

    /**
     * A policy with the defaults, which suit most.
     *
     * <table class="striped">
     *   <caption>The defaults</caption>
     *   <thead><tr><th>setting</th><th>file locks</th><th>conflicts</th></tr></thead>
     *   <tbody>
     *     <tr><td>maxAttempts</td><td>unlimited</td><td>unlimited</td></tr>
     *     <tr><td>initialBackoff</td><td>50 ms</td><td>1 ms</td></tr>
     *     <tr><td>multiplier</td><td>2</td><td>2</td></tr>
     *     <tr><td>maxBackoff</td><td>2 s</td><td>100 ms</td></tr>
     *     <tr><td>jitter</td><td>1 (full)</td><td>1 (full)</td></tr>
     *     <tr><td>deadline</td><td>30 s</td><td>30 s</td></tr>
     *   </tbody>
     * </table>
     *
     * @return the policy
     */
    public static LockRetry ofDefaults() {
        return builder().build();
    }

    /**
     * Starts the settings of a policy.
     *
     * @return a builder with the defaults of {@link #ofDefaults()}
     */
    public static LockRetryBuilder builder() {
        return new LockRetryBuilder(RetryTime.SYSTEM);
    }

    /**
     * Runs the work, and runs it again as long as the families' settings allow.
     *
     * @param work the unit of work, run from its start on every attempt, on the calling thread
     * @param <T> the type of the result
     * @return what the successful attempt returned
     * @throws SQLException the last attempt's error; an interrupt during a wait ends the wait at once, keeps the thread's
     *     flag set, and is told by the message and by an {@link InterruptedException} among the suppressed ones
     */
    public <T extends @Nullable Object> T call(SqlCallable<T> work) throws SQLException {
        return callFor(work, Backoff.LONGEST_NANOS);
    }

    @Override
    public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
        return callFor(work, Backoff.nanos(budget));
    }

    /** {@inheritDoc} It does. */
    @Override
    public boolean reportsHolder() {
        return true;
    }

    private <T extends @Nullable Object> T callFor(SqlCallable<T> work, long budgetNanos) throws SQLException {
        long startNanos = time.nanoTime();
        T result;
        try {
            result = work.call();
        } catch (SQLException | RuntimeException e) {
            return callAgain(work, new FailedCall(this, startNanos, budgetNanos), e, startNanos);
        }
        passed();
        return result;
    }

    private <T extends @Nullable Object> T callAgain(
            SqlCallable<T> work, FailedCall call, Exception firstError, long startNanos) throws SQLException {
        Exception error = firstError;
        long attemptNanos = startNanos;
        while (true) {
            long delayNanos = call.failed(error, attemptNanos);
            if (delayNanos == FailedCall.OVER) {
                throw raise(call.outcome());
            }
            try {
                time.sleep(delayNanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw raise(call.interrupted(e));
            }
            attemptNanos = time.nanoTime();
            try {
                T result = work.call();
                call.succeeded();
                return result;
            } catch (SQLException | RuntimeException e) {
                error = e;
            }
        }
    }

    /** Blocking work throws only these two. */
    private static SQLException raise(Throwable error) {
        if (error instanceof SQLException sql) {
            return sql;
        }
        throw (RuntimeException) error;
    }

    /**
     * Runs asynchronous work, and runs it again as long as the families' settings allow. No thread sleeps meanwhile.
     *
     * @param work starts the unit of work and does not block. The first attempt starts on the calling thread, later ones on
     *     the builder's {@link LockRetryBuilder#executor executor}. What it throws counts as a failed attempt
     * @param <T> the type of the result
     * @return completes as the last attempt did, with the exception that {@link #call(SqlCallable)} would throw. Cancelling
     *     it ends the retries, and cancels the attempt under way if that is a {@link CompletableFuture}
     */
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(Supplier<? extends CompletionStage<T>> work) {
        return new AsyncCall<T>(this, executor, work, Backoff.LONGEST_NANOS).start();
    }

    /**
     * Runs asynchronous work with a time limit of the caller's own.
     *
     * @param work as in {@link #callAsync(Supplier)}
     * @param budget how long all attempts and the waits between them may take together; no wait outlives it, and with zero
     *     there is one attempt
     * @param <T> the type of the result
     * @return as in {@link #callAsync(Supplier)}
     */
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> work, Duration budget) {
        return new AsyncCall<T>(this, executor, work, Backoff.nanos(budget)).start();
    }

    /** Counts a call that succeeded at once. */
    void passed() {
        for (FamilyRetry retry : counted) {
            retry.passed();
        }
    }

    FamilyRetry[] counted() {
        return counted;
    }

    FamilyRetry of(Family family) {
        return family == Family.FILE_LOCK ? fileLocks : conflicts;
    }

    RetryTime time() {
        return time;
    }

    HolderLog holders() {
        return holders;
    }

    /**
     * The settings for locks on the file.
     *
     * @return the settings; where a {@link Retry} of the user's own was given, only the deadline and the jitter of a last wait
     *     are taken from here
     */
    public Backoff fileLocks() {
        return fileLocks.backoff();
    }

    /**
     * The settings for conflicts between transactions.
     *
     * @return the settings; where a {@link Retry} of the user's own was given, only the deadline and the jitter of a last wait
     *     are taken from here
     */
    public Backoff conflicts() {
        return conflicts.backoff();
    }

    /**
     * Resilience4j's retries below, for listeners and metrics.
     *
     * @return the one for file locks and the one for conflicts
     */
    public List<Retry> retries() {
        return List.of(fileLocks.retry(), conflicts.retry());
    }

    /**
     * The kind of an event's error and the holder of the file.
     *
     * @param event an event of one of the {@link #retries()}
     * @return what DuckDB's error means; empty if the event has no error of SQL
     */
    public static Optional<DuckError> errorOf(RetryEvent event) {
        return Family.classify(event.getLastThrowable());
    }

    @Override
    public String toString() {
        return "LockRetry[fileLocks=" + fileLocks() + ", conflicts=" + conflicts() + "]";
    }
}
