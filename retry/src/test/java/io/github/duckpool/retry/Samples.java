package io.github.duckpool.retry;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** An error of DuckDB's for each kind. */
final class Samples {
    static final String LOCKED =
            "IO Error: Could not set lock on file \"/data/letters.duckdb\": Conflicting lock is held in /usr/bin/python3.11 (PID 4242) by user anna. See also https://duckdb.org/docs/stable/connect/concurrency";

    private static final Map<Kind, String> TEXTS = new EnumMap<>(Map.ofEntries(
            Map.entry(Kind.FILE_LOCKED, LOCKED),
            Map.entry(
                    Kind.UNSUPPORTED_FS,
                    "IO Error: Could not set lock on file \"/nfs/x\": File locks are not supported for this file system"),
            Map.entry(
                    Kind.LOCK_LOST,
                    "TransactionContext Error: Failed to commit: Could not set lock on file \"/data/x.wal\""),
            Map.entry(
                    Kind.HANDLE_CONFLICT,
                    "Binder Error: Unique file handle conflict: Cannot attach \"x\" - the database file \"/data/x\" is in the process of being attached"),
            Map.entry(
                    Kind.CONFIG,
                    "Connection Error: Can't open a connection to same database file with a different configuration than existing connections"),
            Map.entry(Kind.WRITE_CONFLICT, "TransactionContext Error: Conflict on update!"),
            Map.entry(
                    Kind.CATALOG_CONFLICT,
                    "TransactionContext Error: Catalog write-write conflict on create with \"letters\""),
            Map.entry(
                    Kind.CONSTRAINT_AT_COMMIT,
                    "TransactionContext Error: Failed to commit: PRIMARY KEY or UNIQUE constraint violation: duplicate key \"1\""),
            Map.entry(Kind.CONSTRAINT, "Constraint Error: Duplicate key \"i: 1\" violates primary key constraint."),
            Map.entry(
                    Kind.CHECKPOINT_BUSY,
                    "TransactionContext Error: Cannot CHECKPOINT: there are other write transactions active"),
            Map.entry(
                    Kind.TRANSACTION_ABORTED,
                    "TransactionContext Error: Current transaction is aborted (please ROLLBACK)"),
            Map.entry(Kind.NO_TRANSACTION, "TransactionContext Error: cannot commit - no transaction is active"),
            Map.entry(Kind.INTERNAL, "INTERNAL Error: Attempted to dereference unique_ptr that is NULL!"),
            Map.entry(Kind.INTERRUPTED, "INTERRUPT Error: Interrupted!"),
            Map.entry(Kind.OUT_OF_MEMORY, "Out of Memory Error: failed to allocate data of size 32.0 MiB"),
            Map.entry(
                    Kind.DISK_FULL,
                    "TransactionContext Error: Failed to commit: Could not write file \"/data/x.wal\": No space left on device"),
            Map.entry(Kind.UNKNOWN_OUTCOME, "FATAL Error: Failed to create checkpoint because of error: disk is gone"),
            Map.entry(
                    Kind.COMMITTED,
                    "IO Error: Transaction COMMIT succeeded and is durable, but the autocheckpoint failed: disk is gone"),
            Map.entry(
                    Kind.INVALIDATED,
                    "FATAL Error: Failed: database has been invalidated because of a previous fatal error."),
            Map.entry(
                    Kind.BAD_FILE,
                    "IO Error: The file \"/etc/hosts\" exists, but it is not a valid DuckDB database file!"),
            Map.entry(Kind.PERMISSION, "IO Error: Cannot open file \"/data/x\": Permission denied"),
            Map.entry(Kind.MISSING, "IO Error: Cannot open file \"/no/x\": No such file or directory"),
            Map.entry(Kind.OTHER, "Parser Error: syntax error at or near \"SELEC\"")));

    private Samples() {}

    static SQLException error(Kind kind) {
        String text = TEXTS.get(kind);
        if (text == null || DuckError.classify(text).kind() != kind) {
            throw new AssertionError("no good sample for " + kind + ": " + text);
        }
        return new SQLException(text);
    }
}
