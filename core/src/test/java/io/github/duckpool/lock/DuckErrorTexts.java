package io.github.duckpool.lock;

import io.github.duckpool.lock.DuckError.Kind;
import java.util.List;
import java.util.Map;

/** What DuckDB says, in the words of the three versions. */
final class DuckErrorTexts {
    private DuckErrorTexts() {}

    /** Texts in which {@code %s} stands for what users name: tables, keys, files. */
    static final Map<Kind, List<String>> TEXTS = Map.ofEntries(
            Map.entry(
                    Kind.UNSUPPORTED_FS,
                    List.of(
                            "IO Error: Could not set lock on file \"%s\": File locks are not supported for this file system,"
                                    + " cannot open the file in read-write mode. Try opening the file in read-only mode")),
            Map.entry(
                    Kind.LOCK_LOST,
                    List.of("TransactionContext Error: Failed to commit: Could not set lock on file \"%s\": Conflicting"
                            + " lock is held in /usr/bin/duckdb (PID 7)")),
            Map.entry(
                    Kind.HANDLE_CONFLICT,
                    List.of(
                            "Binder Error: Unique file handle conflict: Cannot attach \"%s\" - the database file \"%s\" is"
                                    + " already attached by database \"%s\"",
                            "Resource In Use Error: Unique file handle conflict: Cannot attach \"%s\" - the database file"
                                    + " \"%s\" is in the process of being detached")),
            Map.entry(
                    Kind.CONFIG,
                    List.of("Connection Error: Can't open a connection to same database file with a different"
                            + " configuration than existing connections")),
            Map.entry(
                    Kind.WRITE_CONFLICT,
                    List.of(
                            "TransactionContext Error: Conflict on update!",
                            "TransactionContext Error: Conflict on tuple deletion!",
                            "TransactionContext Error: Failed to commit: write-write conflict on key: \"%s\"",
                            "TransactionContext Error: write-write conflict on key: \"%s\"")),
            Map.entry(
                    Kind.CATALOG_CONFLICT,
                    List.of(
                            "TransactionContext Error: Catalog write-write conflict on create with \"%s\"",
                            "TransactionContext Error: Catalog write-write conflict on alter with \"%s\"",
                            "TransactionContext Error: Catalog write-write conflict on create with \"%s\": table \"%s\" was"
                                    + " altered by a concurrent transaction",
                            "TransactionContext Error: Transaction conflict: attempting to insert into table \"%s\" but it"
                                    + " has been altered by a different transaction",
                            "TransactionContext Error: Failed to commit: Transaction conflict: attempting to insert into"
                                    + " table \"%s\" but it has been dropped by a different transaction",
                            "TransactionContext Error: Transaction conflict: attempting to update table \"%s\" but it has"
                                    + " been dropped by a different transaction",
                            "TransactionContext Error: Transaction conflict: cannot add an index to a table that has been"
                                    + " altered or dropped",
                            "TransactionContext Error: cannot add an index to a table that has been altered!",
                            "TransactionContext Error: Failed to commit: Attempting to modify table %s but another"
                                    + " transaction has altered this table",
                            "TransactionContext Error: Failed to commit: Failed to alter table \"%s\" because the"
                                    + " underlying table state was reverted by a concurrent transaction",
                            "TransactionContext Error: Cannot create index with outstanding updates",
                            "TransactionContext Error: Failed to commit: Could not commit creation of dependency, subject"
                                    + " \"%s\" has been deleted",
                            "Dependency Error: Could not commit creation of dependency, subject \"%s\" has been deleted")),
            Map.entry(
                    Kind.CONSTRAINT_AT_COMMIT,
                    List.of("TransactionContext Error: Failed to commit: PRIMARY KEY or UNIQUE constraint violation:"
                            + " duplicate key \"%s\"")),
            Map.entry(
                    Kind.CONSTRAINT,
                    List.of(
                            "Constraint Error: Duplicate key \"i: %s\" violates primary key constraint.",
                            "Constraint Error: NOT NULL constraint failed: %s.i",
                            "Constraint Error: CHECK constraint failed on table \"%s\" with expression CHECK((i > 0))",
                            "Constraint Error: Violates foreign key constraint because key \"i: %s\" does not exist in the"
                                    + " referenced table")),
            Map.entry(
                    Kind.CHECKPOINT_BUSY,
                    List.of(
                            "TransactionContext Error: Cannot CHECKPOINT: there are other write transactions active. Try"
                                    + " using FORCE CHECKPOINT to wait until all active transactions are finished")),
            Map.entry(
                    Kind.TRANSACTION_ABORTED,
                    List.of("TransactionContext Error: Current transaction is aborted (please ROLLBACK)")),
            Map.entry(
                    Kind.NO_TRANSACTION,
                    List.of(
                            "TransactionContext Error: cannot rollback - no transaction is active",
                            "TransactionContext Error: cannot commit - no transaction is active",
                            "TransactionContext Error: failed to commit: no transaction active")),
            Map.entry(
                    Kind.INTERRUPTED,
                    List.of("INTERRUPT Error: Interrupted!", "INTERRUPT Error: Query exceeded maximum execution time")),
            Map.entry(
                    Kind.OUT_OF_MEMORY,
                    List.of(
                            "Out of Memory Error: failed to allocate data of size 16.0 MiB (16.0 MiB/19.0 MiB used)\nDatabase"
                                    + " is launched in in-memory mode and no temporary directory is specified.",
                            "Out of Memory Error: could not allocate block of size 256.0 KiB (18.9 MiB/19.0 MiB used)")),
            Map.entry(
                    Kind.DISK_FULL,
                    List.of(
                            "TransactionContext Error: Failed to commit: Could not write file \"%s.wal\": No space left on"
                                    + " device",
                            "IO Error: Could not write file \"%s\": No space left on device",
                            "IO Error: Could not write file \"%s\": Disk quota exceeded",
                            "IO Error: Could not truncate file \"%s\": File too large",
                            "IO Error: Cannot open file \"%s\": No space left on device")),
            Map.entry(
                    Kind.UNKNOWN_OUTCOME,
                    List.of(
                            "FATAL Error: Failed to create checkpoint because of error: %s",
                            "TransactionContext Error: Failed to commit: Failed to create checkpoint because of error: %s")),
            Map.entry(
                    Kind.COMMITTED,
                    List.of(
                            "FATAL Error: Transaction COMMIT succeeded and is durable, but the autocheckpoint failed. Reopen"
                                    + " the database instance to recover. %s",
                            "IO Error: Transaction COMMIT succeeded and is durable, but the autocheckpoint failed. Detach and"
                                    + " reattach the database to recover. %s")),
            Map.entry(
                    Kind.INVALIDATED,
                    List.of(
                            "FATAL Error: Failed: database has been invalidated because of a previous fatal error. The"
                                    + " database must be restarted prior to being used again.\nOriginal error: \"%s\"",
                            "FATAL Error: fsync failed!")),
            Map.entry(
                    Kind.INTERNAL,
                    List.of("INTERNAL Error: Attempted to access index 0 within vector of size 0\nThis error signals an"
                            + " assertion failure within DuckDB.")),
            Map.entry(
                    Kind.BAD_FILE,
                    List.of(
                            "IO Error: Trying to read a database file with version number 69, but we can only read versions"
                                    + " between 64 and 68.",
                            "IO Error: Trying to read a database file with storage version number 70, but we can only read"
                                    + " up to 69.",
                            "IO Error: The file \"%s\" exists, but it is not a valid DuckDB database file!",
                            "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2 in block"
                                    + " at location 4096",
                            "Data Corruption Error: Corrupt database file: computed checksum 1 does not match",
                            "IO Error: Failure while replaying WAL file \"%s.wal\": Corrupt WAL file",
                            "Data Corruption Error: Failure while replaying WAL file \"%s.wal\": Corrupt WAL file",
                            "IO Error: Could not read from file \"%s\": Is a directory")),
            Map.entry(Kind.PERMISSION, List.of("IO Error: Cannot open file \"%s\": Permission denied")),
            Map.entry(
                    Kind.MISSING,
                    List.of(
                            "IO Error: Cannot open file \"%s\": No such file or directory",
                            "IO Error: Cannot open file \"%s\": Not a directory",
                            "IO Error: Cannot open database \"%s\" in read-only mode: database does not exist")),
            Map.entry(
                    Kind.OTHER,
                    List.of(
                            "Parser Error: syntax error at or near \"%s\"",
                            "Binder Error: Referenced column \"%s\" not found in FROM clause!",
                            "Catalog Error: Table with name %s does not exist!",
                            "Conversion Error: Could not convert string '%s' to INT32",
                            "Invalid Input Error: %s",
                            "IO Error: No files found that match the pattern \"%s\"",
                            "IO Error: Could not write file \"%s\": Input/output error",
                            "IO Error: Could not set lock on file \"%s\": Lock is already held in current process,"
                                    + " likely another DuckDB instance",
                            "TransactionContext Error: Failed to commit: Could not write file \"%s\": Input/output error",
                            "TransactionContext Error: cannot start a transaction within a transaction",
                            "TransactionContext Error: Cannot CHECKPOINT: the current transaction has transaction local"
                                    + " changes",
                            "TransactionContext Error: Attempting to write to database \"%s\" in a transaction that has"
                                    + " already modified database \"%s\" - a single transaction can only write to a single"
                                    + " attached database.")));
}
