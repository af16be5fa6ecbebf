package io.github.duckpool.lock;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        LOCK_LOST("58030", false),
        /** The file is just being closed by the last connection of this process. */
        HANDLE_CONFLICT("08001", true),
        /** The database is open in this process with other settings. */
        CONFIG("08001", false),
        /** Two transactions changed the same row. */
        WRITE_CONFLICT("40001", true),
        /** Two transactions changed the same table's definition, or one changed what the other uses. */
        CATALOG_CONFLICT("40001", true),
        /** A key that another transaction has inserted meanwhile, found at the commit. */
        CONSTRAINT_AT_COMMIT("23505", true),
        /** A constraint that the statement violates by itself. */
        CONSTRAINT("23000", false),
        /** A checkpoint while others write. */
        CHECKPOINT_BUSY("40001", true),
        /** A statement in a transaction that an earlier error has ended. */
        TRANSACTION_ABORTED("25P02", false),
        /** Cancelled, or over its time. */
        INTERRUPTED("57014", false),
        /** DuckDB's memory limit. */
        OUT_OF_MEMORY("53200", false),
        /** No space for the write-ahead log; nothing was committed. */
        DISK_FULL("53100", false),
        /** A commit that may or may not be durable. */
        UNKNOWN_OUTCOME("08007", false),
        /** A commit that is durable although an error was reported after it. */
        COMMITTED("01000", false),
        /** A fatal error: the database must be closed by every connection of the process and opened again. */
        INVALIDATED("58000", false),
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
     * Classifies an error of the driver, or one that wraps it: the first cause with a known text decides.
     *
     * @param error the exception
     * @return what it means; {@link Kind#OTHER} if no text is known
     */
    public static DuckError classify(SQLException error) {
        DuckError outermost = null;
        Set<Throwable> seen = new HashSet<>();
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

    /** What a lock error says about the file and its holder. */
    private record LockText(
            @Nullable String file,
            OptionalLong pid,
            @Nullable String command,
            @Nullable String user,
            boolean readsOnly) {
        static final LockText NONE = new LockText(null, OptionalLong.empty(), null, null, false);

        /** The path may hold anything, quotes and newlines too, so the end of it is the last quote before the known text. */
        private static final Pattern POSIX = Pattern.compile(
                "Could not set lock on file \"(.*)\": Conflicting lock is held in (.*?) ?\\(PID (\\d{1,18})\\)(?: by user (\\S+))?.*",
                Pattern.DOTALL);

        private static final Pattern FILE =
                Pattern.compile("(?:Could not set lock on|Cannot open) file \"(.*)\": .*", Pattern.DOTALL);

        private static final Pattern WINDOWS =
                Pattern.compile(".*File is already open in\\s+(.*?) ?\\(PID (\\d{1,18})\\).*", Pattern.DOTALL);

        static LockText read(String message) {
            boolean readsOnly = message.contains("you would be able to open") && message.contains("read-only mode");
            int from = Math.max(message.indexOf("Could not set lock"), message.indexOf("Cannot open file"));
            String text = from < 0 ? message : message.substring(from);
            Matcher posix = POSIX.matcher(text);
            if (posix.matches()) {
                return new LockText(
                        posix.group(1),
                        pid(posix.group(3)),
                        blankToNull(posix.group(2)),
                        user(posix.group(4)),
                        readsOnly);
            }
            Matcher file = FILE.matcher(text);
            Matcher windows = WINDOWS.matcher(text);
            boolean holder = windows.matches();
            return new LockText(
                    file.matches() ? file.group(1) : null,
                    holder ? pid(windows.group(2)) : OptionalLong.empty(),
                    holder ? blankToNull(windows.group(1)) : null,
                    null,
                    readsOnly);
        }

        private static OptionalLong pid(String digits) {
            long pid = Long.parseLong(digits);
            return pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid);
        }

        private static @Nullable String user(@Nullable String name) {
            return name != null && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        }

        private static @Nullable String blankToNull(String text) {
            return text.isBlank() ? null : text.strip();
        }
    }
}
