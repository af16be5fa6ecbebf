package io.github.duckpool.lock;

import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one of DuckDB's errors means. The driver's exceptions carry neither SQLState nor code, so the message is all there is;
 * this class, and nothing else, reads it. Texts that it does not know are {@link Kind#OTHER}, never a guess. The texts are those
 * of drivers 1.4, 1.5 and 2.0. Immutable and thread-safe.
 */
public final class DuckError {

    /** The kinds of error that a caller can act on, each with the SQLState that JDBC users know. */
    public enum Kind {
        /** Another process holds the database file's lock. */
        FILE_LOCKED("08001", true),
        /** The file system has no locks. */
        UNSUPPORTED_FS("58030", false),
        /** This process has lost its lock on the file: everything must be closed. */
        LOCK_LOST("08006", false),
        /** The file is just being closed by the last connection of this process. */
        HANDLE_CONFLICT("08001", true),
        /** The database is open in this process with other settings. */
        CONFIG("08001", false),
        /** Two transactions changed the same row. */
        WRITE_CONFLICT("40001", true),
        /** Two transactions changed the same table's definition, or one changed what the other uses. */
        CATALOG_CONFLICT("40001", true),
        /** A key that another transaction has inserted meanwhile, found at the commit. */
        CONSTRAINT_AT_COMMIT("40002", true),
        /** A constraint that the statement violates by itself. */
        CONSTRAINT("23000", false),
        /** A checkpoint while others write. */
        CHECKPOINT_BUSY("55006", true),
        /** A statement in a transaction that an earlier error has ended. */
        TRANSACTION_ABORTED("25P02", false),
        /** COMMIT or ROLLBACK without a transaction. */
        NO_TRANSACTION("25000", false),
        /** Cancelled, or over its time. */
        INTERRUPTED("57014", false),
        /** DuckDB's memory limit. */
        OUT_OF_MEMORY("53200", false),
        /** No space for the write-ahead log; nothing was committed. */
        DISK_FULL("53100", false),
        /** A commit that may or may not be durable. */
        UNKNOWN_OUTCOME("08007", false),
        /** A commit that is durable although an error was reported after it; the database must be opened again. */
        COMMITTED("08006", false),
        /** A fatal error: the database must be closed by every connection of the process and opened again. */
        INVALIDATED("08006", false),
        /** A fault inside DuckDB that failed the statement and its transaction; the database goes on. */
        INTERNAL("58000", false),
        /** Not a database, a newer one, or a damaged one. */
        BAD_FILE("58030", false),
        /** The operating system allows no access. */
        PERMISSION("42501", false),
        /** The file, or its directory, does not exist. */
        MISSING("58030", false),
        /** Anything else. */
        OTHER("HY000", false);

        private final String sqlState;
        private final boolean retryable;

        Kind(String sqlState, boolean retryable) {
            this.sqlState = sqlState;
            this.retryable = retryable;
        }

        /**
         * The SQLState for this kind.
         *
         * @return five characters
         */
        public String sqlState() {
            return sqlState;
        }

        /**
         * Whether running the whole unit of work again can cure it.
         *
         * @return true for conflicts and locks
         */
        public boolean retryable() {
            return retryable;
        }
    }

    private final Kind kind;
    private final String message;
    private final @Nullable String file;
    private final OptionalLong holderPid;
    private final @Nullable String holderCommand;
    private final @Nullable String holderUser;
    private final boolean holderReadsOnly;

    private DuckError(Kind kind, String message) {
        this.kind = kind;
        this.message = message;
        LockText lock = kind == Kind.FILE_LOCKED ? LockText.read(message) : LockText.NONE;
        this.file = lock.file();
        this.holderPid = lock.pid();
        this.holderCommand = lock.command();
        this.holderUser = lock.user();
        this.holderReadsOnly = lock.readsOnly();
    }

    /**
     * Classifies an error of the driver, or one that wraps it: the first cause with a known text decides, unless the error
     * says by its SQLState, 08007, that nobody knows how its transaction ended.
     *
     * @param error the exception
     * @return what it means; {@link Kind#OTHER} if no text is known
     */
    public static DuckError classify(SQLException error) {
        if (Kind.UNKNOWN_OUTCOME.sqlState.equals(error.getSQLState())) {
            return new DuckError(Kind.UNKNOWN_OUTCOME, String.valueOf(error.getMessage()));
        }
        DuckError outermost = null;
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable e = error; e != null && seen.add(e); e = e.getCause()) {
            if (e.getMessage() == null) {
                continue;
            }
            DuckError found = classify(e.getMessage());
            if (found.kind != Kind.OTHER) {
                return found;
            }
            outermost = outermost == null ? found : outermost;
        }
        return outermost == null ? new DuckError(Kind.OTHER, "") : outermost;
    }

    /**
     * Classifies a message of the driver.
     *
     * @param message the text, as {@link SQLException#getMessage()} gives it
     * @return what it means; {@link Kind#OTHER} if the text is not known
     */
    public static DuckError classify(String message) {
        String text = ErrorText.normalise(message);
        return new DuckError(ErrorText.kind(text), text);
    }

    /**
     * What kind of error it is.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The message without wrappers, JSON and stack traces.
     *
     * @return one readable text
     */
    public String message() {
        return message;
    }

    /**
     * The type that DuckDB gives an error, which it writes before the word {@code Error}: {@code Constraint}, {@code Parser},
     * {@code Out of Memory}.
     *
     * @return one to four words; empty if the text has none
     */
    public String type() {
        return ErrorText.type(message);
    }

    /**
     * The file that is locked.
     *
     * @return the path as DuckDB wrote it; empty for other kinds
     */
    public Optional<String> file() {
        return Optional.ofNullable(file);
    }

    /**
     * The process that holds the lock.
     *
     * @return its PID; empty if it is not visible from here (another host or container)
     */
    public OptionalLong holderPid() {
        return holderPid;
    }

    /**
     * The program that holds the lock.
     *
     * @return its executable or name, as DuckDB saw it
     */
    public Optional<String> holderCommand() {
        return Optional.ofNullable(holderCommand);
    }

    /**
     * The user whose process holds the lock.
     *
     * @return the name, where DuckDB gave it
     */
    public Optional<String> holderUser() {
        return Optional.ofNullable(holderUser);
    }

    /**
     * Whether the holder only reads, so that opening read-only would succeed.
     *
     * @return true if DuckDB said so
     */
    public boolean holderReadsOnly() {
        return holderReadsOnly;
    }

    @Override
    public String toString() {
        return kind + ": " + message;
    }
}
