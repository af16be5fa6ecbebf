package io.github.duckpool.internal.pool;

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
 * Turns the errors of the driver, which carry neither state nor kind, into the exceptions that JDBC has for them: the same
 * message, the original as cause, and an SQLState that frameworks know.
 */
final class NativeErrors {
    /** The SQLState of any use of something that is closed. */
    static final String CLOSED = "08003";

    enum Kind {
        FILE_LOCKED,
        UNSUPPORTED_FS,
        LOCK_LOST,
        CONFIG,
        WRITE_CONFLICT,
        CONSTRAINT_AT_COMMIT,
        CONSTRAINT,
        CATALOG_CONFLICT,
        CHECKPOINT_BUSY,
        INTERRUPTED,
        OUT_OF_MEMORY,
        DISK_FULL,
        UNKNOWN_OUTCOME,
        COMMITTED,
        INVALIDATED,
        BAD_FILE,
        ABORTED,
        OTHER
    }

    private NativeErrors() {}

    static Kind classify(SQLException e) {
        String m = String.valueOf(e.getMessage());
        if (m.contains("Conflict on ")) {
            return Kind.WRITE_CONFLICT;
        }
        if (m.contains("Failed to commit: PRIMARY KEY")) {
            return Kind.CONSTRAINT_AT_COMMIT;
        }
        if (m.contains("Constraint Error")) {
            return Kind.CONSTRAINT;
        }
        if (m.contains("has been invalidated") || m.contains("INTERNAL Error")) {
            return Kind.INVALIDATED;
        }
        if (m.contains("INTERRUPT Error")) {
            return Kind.INTERRUPTED;
        }
        return Kind.OTHER;
    }

    /** Whether the database is dead for every connection until it is opened again. */
    static boolean isFatal(SQLException e) {
        return switch (classify(e)) {
            case INVALIDATED, LOCK_LOST, COMMITTED, UNKNOWN_OUTCOME -> true;
            default -> false;
        };
    }

    /** Whether a commit or rollback failed because nothing is there to end. */
    static boolean isNoTransaction(SQLException e) {
        return String.valueOf(e.getMessage()).contains("no transaction is active");
    }

    static SQLException closed(String what) {
        return new SQLNonTransientConnectionException(what + " is closed", CLOSED);
    }

    /** The standard exception for an error; one that has a state, or a standard class that says all, stays as it is. */
    static SQLException translate(SQLException e) {
        if (e.getSQLState() != null || e instanceof SQLFeatureNotSupportedException) {
            return e;
        }
        SQLException standard = standard(e, String.valueOf(e.getMessage()), e.getErrorCode());
        if (e.getNextException() != null) {
            standard.setNextException(e.getNextException());
        }
        return standard;
    }

    /** The same for an error of a COMMIT, which says so when nobody can know whether the work is durable. */
    static SQLException translateCommit(SQLException e) {
        return switch (classify(e)) {
            case INTERRUPTED, UNKNOWN_OUTCOME ->
                new SQLNonTransientConnectionException(
                        "whether the transaction was committed is unknown: " + e.getMessage(),
                        "08007",
                        e.getErrorCode(),
                        e);
            default -> translate(e);
        };
    }

    private static SQLException standard(SQLException e, String message, int code) {
        return switch (classify(e)) {
            case FILE_LOCKED -> new SQLTransientConnectionException(message, "08001", code, e);
            case CONFIG -> new SQLNonTransientConnectionException(message, "08001", code, e);
            case INVALIDATED, LOCK_LOST, COMMITTED -> new SQLNonTransientConnectionException(message, "08006", code, e);
            case UNKNOWN_OUTCOME -> new SQLNonTransientConnectionException(message, "08007", code, e);
            case WRITE_CONFLICT, CATALOG_CONFLICT -> new SQLTransactionRollbackException(message, "40001", code, e);
            case CONSTRAINT_AT_COMMIT -> new SQLTransactionRollbackException(message, "40002", code, e);
            case CONSTRAINT -> new SQLIntegrityConstraintViolationException(message, "23000", code, e);
            case CHECKPOINT_BUSY -> new SQLTransientException(message, "55006", code, e);
            case INTERRUPTED ->
                e instanceof SQLTimeoutException
                        ? new SQLTimeoutException(message, "57014", code, e)
                        : new SQLTransientException(message, "57014", code, e);
            case OUT_OF_MEMORY -> new SQLTransientException(message, "53200", code, e);
            case DISK_FULL -> new SQLNonTransientException(message, "53100", code, e);
            case BAD_FILE, UNSUPPORTED_FS -> new SQLNonTransientException(message, "58030", code, e);
            case ABORTED -> new SQLTransactionRollbackException(message, "25P02", code, e);
            default -> byPrefix(e, message, code);
        };
    }

    /** DuckDB names the part that refused at the start of its message. */
    private static SQLException byPrefix(SQLException e, String message, int code) {
        int colon = message.indexOf(" Error:");
        return switch (colon < 0 ? "" : message.substring(0, colon)) {
            case "Parser", "Syntax" -> new SQLSyntaxErrorException(message, "42601", code, e);
            case "Binder" -> new SQLSyntaxErrorException(message, "42000", code, e);
            case "Catalog" -> new SQLSyntaxErrorException(message, "42S02", code, e);
            case "Conversion", "Out of Range", "Mismatch Type" -> new SQLDataException(message, "22000", code, e);
            case "Invalid Input", "Invalid" -> new SQLDataException(message, "22023", code, e);
            case "Permission" -> new SQLNonTransientException(message, "42501", code, e);
            case "Not implemented" -> new SQLFeatureNotSupportedException(message, "0A000", code, e);
            case "TransactionContext" -> new SQLException(message, "25000", code, e);
            default -> new SQLException(message, "HY000", code, e);
        };
    }
}
