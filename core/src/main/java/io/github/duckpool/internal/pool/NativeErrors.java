package io.github.duckpool.internal.pool;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;

/**
 * Turns the errors of the driver, which carry neither state nor kind, into the exceptions that JDBC has for them: the
 * message without what some versions wrap around it, the original as cause, and an SQLState that frameworks know.
 */
final class NativeErrors {
    /** The SQLState of any use of something that is closed. */
    static final String CLOSED = "08003";

    private NativeErrors() {}

    /** What the error means, by the one table there is. */
    static Kind kind(SQLException e) {
        return DuckError.classify(e).kind();
    }

    /**
     * Whether the database must be closed and opened again: it is dead for every connection, or a checkpoint broke off. The
     * text of the driver's own exception decides, whatever was made of it meanwhile.
     */
    static boolean isFatal(SQLException e) {
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < 16; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLException thrown && thrown.getSQLState() == null) {
                switch (kind(thrown)) {
                    case INVALIDATED, LOCK_LOST, COMMITTED, UNKNOWN_OUTCOME -> {
                        return true;
                    }
                    default -> {}
                }
            }
        }
        return false;
    }

    /** Whether a commit or rollback failed because nothing is there to end. */
    static boolean isNoTransaction(SQLException e) {
        return kind(e) == Kind.NO_TRANSACTION;
    }

    static SQLException closed(String what) {
        return new SQLNonTransientConnectionException(what + " is closed", CLOSED);
    }

    /** The standard exception for an error; one that has a state, or a standard class that says all, stays as it is. */
    static SQLException translate(SQLException e) {
        if (e.getSQLState() != null || e instanceof SQLFeatureNotSupportedException) {
            return e;
        }
        SQLException standard = standard(e, DuckError.classify(e));
        if (e.getNextException() != null) {
            standard.setNextException(e.getNextException());
        }
        return standard;
    }

    /** The same for an error of a COMMIT, which says so when nobody can know whether the work is durable. */
    static SQLException translateCommit(SQLException e) {
        return switch (kind(e)) {
            case INTERRUPTED, UNKNOWN_OUTCOME ->
                new SQLNonTransientConnectionException(
                        "whether the transaction was committed is unknown: " + e.getMessage(),
                        "08007",
                        e.getErrorCode(),
                        e);
            default -> translate(e);
        };
    }

    /** What to throw where a commit was asked for and a statement of the transaction had failed. */
    static SQLException rolledBackFor(SQLException first) {
        SQLException known = translate(first);
        String state = known instanceof SQLTransactionRollbackException ? known.getSQLState() : "40000";
        return new SQLTransactionRollbackException(
                "transaction was rolled back, not committed, because a statement in it had failed: "
                        + first.getMessage(),
                state,
                first.getErrorCode(),
                first);
    }

    private static SQLException standard(SQLException e, DuckError error) {
        String message = e.getMessage() != null && e.getMessage().startsWith("{") ? e.getMessage() : error.message();
        String state = error.kind().sqlState();
        int code = e.getErrorCode();
        return switch (error.kind()) {
            case FILE_LOCKED, HANDLE_CONFLICT -> new SQLTransientConnectionException(message, state, code, e);
            case CONFIG, INVALIDATED, LOCK_LOST, COMMITTED, UNKNOWN_OUTCOME ->
                new SQLNonTransientConnectionException(message, state, code, e);
            case WRITE_CONFLICT, CATALOG_CONFLICT, CONSTRAINT_AT_COMMIT, TRANSACTION_ABORTED ->
                new SQLTransactionRollbackException(message, state, code, e);
            case CONSTRAINT -> new SQLIntegrityConstraintViolationException(message, state, code, e);
            case CHECKPOINT_BUSY, OUT_OF_MEMORY -> new SQLTransientException(message, state, code, e);
            case INTERRUPTED -> new SQLTimeoutException(message, state, code, e);
            case DISK_FULL, BAD_FILE, MISSING, PERMISSION, UNSUPPORTED_FS, INTERNAL ->
                new SQLNonTransientException(message, state, code, e);
            case NO_TRANSACTION -> new SQLException(message, state, code, e);
            case OTHER -> byType(e, error.type(), message, code);
        };
    }

    private static SQLException byType(SQLException e, String type, String message, int code) {
        return switch (type) {
            case "Parser", "Syntax" -> new SQLSyntaxErrorException(message, "42601", code, e);
            case "Binder", "Catalog" -> new SQLSyntaxErrorException(message, "42000", code, e);
            case "Conversion", "Out of Range", "Mismatch Type" -> new SQLDataException(message, "22000", code, e);
            case "Invalid Input", "Invalid" -> new SQLDataException(message, "22023", code, e);
            case "Permission" -> new SQLNonTransientException(message, "42501", code, e);
            case "Not implemented" -> new SQLFeatureNotSupportedException(message, "0A000", code, e);
            case "TransactionContext" -> new SQLException(message, "25000", code, e);
            default -> new SQLException(message, "HY000", code, e);
        };
    }
}
