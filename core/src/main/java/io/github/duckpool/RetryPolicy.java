package io.github.duckpool;

import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether, when and how often a failed unit of work is run again. The pool uses it at two places: when it opens the
 * database file while another process holds it, and around a whole {@code write} that met a conflict.
 *
 * <p>An implementation retries only errors that a retry can cure, always the whole unit of work, and never sleeps past the
 * budget. Implementations are thread-safe; one policy serves any number of pools and threads.
 */
public interface RetryPolicy {

    /**
     * Runs the work until it succeeds, fails with an error that no retry cures, or attempts or budget are used up.
     *
     * <p>An interrupt while it waits between two attempts ends the wait at once; the thread's interrupt flag stays set, and
     * the exception says so.
     *
     * @param work the unit of work, run from its start on every attempt, on the calling thread
     * @param budget how long all attempts and the waits between them may take together; no wait outlives it, and with
     *     zero or less there is one attempt
     * @param <T> the type of the result
     * @return what the successful attempt returned
     * @throws SQLException the last attempt's error, with the earlier ones suppressed
     */
    <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException;

    /**
     * Whether this policy says in the log who holds a file that it waits for. For one that does not, the pool does.
     *
     * @return false, unless an implementation knows better
     */
    default boolean reportsHolder() {
        return false;
    }

    /**
     * A policy that runs the work once.
     *
     * @return the policy, a constant
     */
    static RetryPolicy none() {
        return SingleAttempt.INSTANCE;
    }
}
