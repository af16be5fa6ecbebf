package io.github.duckpool.retry;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.List;

/** Makes the error of a call that was given up: the last error with its facts, and every earlier one suppressed. */
final class RetryFailure {
    static final String INTERRUPTED = "the thread was interrupted while it waited for the next one";

    private RetryFailure() {}

    static String outOfAttempts(Family family, int maxAttempts) {
        return "no more are allowed (" + family.setting() + " maxAttempts " + maxAttempts + ")";
    }

    static String pastDeadline(Family family, Backoff backoff) {
        return "a further wait would pass the deadline (" + family.setting() + " deadline "
                + Facts.duration(backoff.deadlineNanos()) + ")";
    }

    static String outOfBudget(long budgetNanos) {
        return "a further wait would pass the caller's time limit of " + Facts.duration(Math.max(0, budgetNanos));
    }

    static String ofKind(Kind kind, int mostRetries) {
        return kind + " is retried at most " + (mostRetries == 1 ? "once" : mostRetries + " times") + " in a row";
    }

    /**
     * The error to throw. An SQL exception becomes the cause of one of the standard class for its kind, whose message has the
     * facts; a framework's own exception stays what it is, since callers catch it by its class, and has the facts suppressed.
     */
    static Throwable gaveUp(
            DuckError known, Throwable error, List<Throwable> earlier, int attempts, long elapsedNanos, String why) {
        String message = "gave up after " + Facts.attempts(attempts) + " in " + Facts.duration(elapsedNanos) + ": "
                + why + ". " + remedy(known) + " Last error: " + known.message();
        SQLException failure = standard(known.kind(), message, error);
        suppress(failure, earlier);
        if (error instanceof SQLException) {
            return failure;
        }
        return suppress(error, List.of(failure));
    }

    private static String remedy(DuckError known) {
        return switch (known.kind()) {
            case FILE_LOCKED ->
                "The file is " + Facts.holder(known) + ": wait for it, end it, or let both take turns on the file.";
            case HANDLE_CONFLICT -> "This process has the file open already: close what holds it.";
            case CONSTRAINT_AT_COMMIT -> "Another transaction has committed the same key.";
            default -> "Other transactions change the same rows or tables: let writers take turns.";
        };
    }

    /** A framework's exception is no cause here: it has the failure suppressed in it. */
    private static SQLException standard(Kind kind, String message, Throwable error) {
        SQLException sql = error instanceof SQLException e ? e : null;
        String state = sql == null || sql.getSQLState() == null ? kind.sqlState() : sql.getSQLState();
        int code = sql == null ? 0 : sql.getErrorCode();
        return switch (kind) {
            case FILE_LOCKED, HANDLE_CONFLICT -> new SQLTransientConnectionException(message, state, code, sql);
            case CONSTRAINT_AT_COMMIT -> new SQLIntegrityConstraintViolationException(message, state, code, sql);
            default -> new SQLTransactionRollbackException(message, state, code, sql);
        };
    }

    /** Adds errors to one; an error that is thrown again and again is not added to itself. */
    static Throwable suppress(Throwable error, List<Throwable> others) {
        for (Throwable other : others) {
            if (other != error) {
                error.addSuppressed(other);
            }
        }
        return error;
    }
}
