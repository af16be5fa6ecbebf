package io.github.duckpool.internal.write;

import io.github.duckpool.lock.DuckError;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The errors of the write path, with the facts. Thread-safe. */
final class WorkReport {
    /** Says who writes, and how many wait. */
    interface Line {
        String describe();
    }

    /** SQL's state for a transaction whose resolution is unknown. */
    private static final String UNKNOWN = "08007";

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int MOST_TRIES = 100;

    private final String name;
    private final Line line;

    WorkReport(String name, Line line) {
        this.name = name;
        this.line = line;
    }

    /** A budget is used up. The pool's own one is told as for a borrow, which it bounds as well. */
    SQLException timedOut(Budget budget) {
        return budget.isStrict()
                ? new SQLTimeoutException(
                        name + ": not done within " + Budget.millis(budget.totalNanos()) + ": " + budget.account()
                                + "; nothing of it is committed; " + line.describe(),
                        "57014")
                : new SQLTransientConnectionException(
                        name + ": no turn to write within " + Budget.millis(budget.totalNanos()) + ": "
                                + budget.account() + "; " + line.describe(),
                        "08001");
    }

    SQLException timedOut(Budget budget, SQLException cause) {
        SQLException timedOut = timedOut(budget);
        timedOut.initCause(cause);
        return timedOut;
    }

    /** The line is as long as it may be. */
    SQLTransientConnectionException full(int most) {
        return new SQLTransientConnectionException(
                name + ": at most " + most
                        + " writes may wait for their turn (maxQueuedWrites), and as many do; this one"
                        + " was not begun; " + line.describe(),
                "08001");
    }

    SQLTransientConnectionException interrupted(Budget budget, InterruptedException cause) {
        return new SQLTransientConnectionException(
                name + ": interrupted before its turn: " + budget.account() + "; " + line.describe(), "08001", cause);
    }

    SQLException cancelled() {
        return new Cancelled(name + ": cancelled; nothing of it is committed");
    }

    /** Whether work was stopped because its future was cancelled. */
    static boolean isCancelled(@Nullable SQLException stopped) {
        return stopped instanceof Cancelled;
    }

    private static final class Cancelled extends SQLException {
        private static final long serialVersionUID = 1L;

        Cancelled(String message) {
            super(message, "57014");
        }
    }

    SQLNonTransientConnectionException closed() {
        return new SQLNonTransientConnectionException(name + ": the pool is closed; the write was not begun", "08003");
    }

    SQLException nested(String what) {
        return new SQLException(
                name + ": " + what
                        + " inside write(fn) on the same thread would wait for itself; use the connection that"
                        + " the function was given",
                "57P05");
    }

    SQLException readOnly(String what) {
        return new SQLException(name + ": " + what + " needs a pool that may write, and this one is readOnly", "25006");
    }

    /** An error of a COMMIT that does not prove that nothing was committed. */
    SQLException unknownOutcome(SQLException why) {
        return isUnknown(why) ? why : unknownOutcome(why, why.getErrorCode(), why.getMessage());
    }

    /** The same for what is no error of DuckDB's, memory that ran out for one. */
    SQLException unknownOutcome(Throwable why) {
        return unknownOutcome(why, 0, why);
    }

    /** Tries again where there is no memory to say it in: any other error would read as if nothing were committed. */
    private SQLException unknownOutcome(Throwable why, int code, @Nullable Object text) {
        for (int tries = 1; ; tries++) {
            try {
                return new SQLNonTransientConnectionException(
                        name + ": whether the transaction was committed is unknown: " + text, UNKNOWN, code, why);
            } catch (OutOfMemoryError e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    /** Whether an error says that the outcome is unknown. */
    static boolean isUnknown(SQLException why) {
        return UNKNOWN.equals(why.getSQLState());
    }

    /** Whether an error of a COMMIT proves that the transaction was rolled back. */
    static boolean isRolledBack(SQLException why) {
        if (isUnknown(why)) {
            return false;
        }
        if (why instanceof SQLTransactionRollbackException) {
            return true;
        }
        return switch (DuckError.classify(why).kind()) {
            case WRITE_CONFLICT,
                    CATALOG_CONFLICT,
                    CONSTRAINT_AT_COMMIT,
                    CONSTRAINT,
                    CHECKPOINT_BUSY,
                    TRANSACTION_ABORTED,
                    DISK_FULL -> true;
            default -> false;
        };
    }

    /** Whether an error of a statement that commits by itself leaves it open whether it did. */
    static boolean mayBeCommitted(SQLException why) {
        String state = why.getSQLState();
        return (state != null && state.startsWith("08"))
                || (String.valueOf(why.getMessage()).contains("Failed to commit") && !isRolledBack(why))
                || switch (DuckError.classify(why).kind()) {
                    case INTERRUPTED, UNKNOWN_OUTCOME, INVALIDATED, LOCK_LOST -> true;
                    default -> false;
                };
    }

    /** Whether an error of a COMMIT says that the work is durable all the same. */
    static boolean isCommitted(SQLException why) {
        return DuckError.classify(why).kind() == DuckError.Kind.COMMITTED;
    }

    /** Throws what a function on another thread threw, as it was; a checked one it can't have declared comes wrapped. */
    RuntimeException rethrow(@Nullable Throwable failure) throws SQLException {
        if (failure instanceof SQLException e) {
            e.addSuppressed(new CallerStack());
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            e.addSuppressed(new CallerStack());
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        throw new SQLException(name + ": the function failed: " + failure, "HY000", failure);
    }

    /** Where the call was made whose function ran on the writer. */
    private static final class CallerStack extends Exception {
        private static final long serialVersionUID = 1L;

        CallerStack() {
            super("called from here");
        }
    }
}
