package io.github.duckpool.lock;

import io.github.duckpool.lock.DuckError.Kind;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of DuckDB's error texts. A message begins with the type of the error, {@code IO Error: }, which users can't forge:
 * what SQL raises by itself, with {@code error('…')}, is an {@code Invalid Input Error}. Each rule names the types it holds
 * for and how the text goes on; where a name or a path comes between two known parts, the second is looked for at the end.
 */
final class ErrorText {
    private static final String WRAPPER_1_5 =
            "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\nError: ";

    /** The types under which anything that happens at an open or a commit may be reported. */
    private static final Set<String> ENGINE_TYPES = Set.of(
            "Binder",
            "Catalog",
            "Constraint",
            "Conversion",
            "Data Corruption",
            "Dependency",
            "FATAL",
            "INTERNAL",
            "INTERRUPT",
            "IO",
            "Index",
            "Invalid",
            "Not implemented",
            "Out of Memory",
            "Out of Range",
            "Permission",
            "Serialization",
            "TransactionContext");

    private static final Pattern TYPED = Pattern.compile("([A-Za-z]\\w*(?: \\w+){0,3}) Error: ");
    private static final String COMMIT = "Failed to commit: ";

    private static final String TRANSACTION = "TransactionContext";
    private static final String IO = "IO";
    private static final String ANY = "";

    /** DuckDB asks the C library for these; a JVM in another language may get others, which are then not known. */
    private static final String NO_SPACE = "\": (No space left on device|File too large|Disk quota exceeded)\\z";

    /**
     * One row of the table.
     *
     * @param type the type of the error, or {@link #ANY} of the {@link #ENGINE_TYPES}
     * @param atCommit whether the text must come after {@code Failed to commit: }
     */
    private record Rule(String type, boolean atCommit, Pattern start, Kind kind) {
        boolean matches(String typeOfText, boolean commit, String text) {
            return (type.equals(typeOfText) || (type.equals(ANY) && ENGINE_TYPES.contains(typeOfText)))
                    && (commit || !atCommit)
                    && start.matcher(text).lookingAt();
        }
    }

    private static final List<Rule> RULES = List.of(
            rule(ANY, "Transaction COMMIT succeeded and is durable, but the autocheckpoint failed", Kind.COMMITTED),
            rule("FATAL", "Failed to create checkpoint because of error: ", Kind.UNKNOWN_OUTCOME),
            rule("FATAL", "", Kind.INVALIDATED),
            rule("INTERNAL", "", Kind.INTERNAL),
            commitRule("Failed to create checkpoint because of error: ", Kind.UNKNOWN_OUTCOME),
            commitRule("Could not set lock on file \"", Kind.LOCK_LOST),
            commitRule("Could not (write|write to|truncate) file \".*" + NO_SPACE, Kind.DISK_FULL),
            commitRule("PRIMARY KEY or UNIQUE constraint violation: ", Kind.CONSTRAINT_AT_COMMIT),
            rule(TRANSACTION, "Conflict on (update|tuple deletion)!", Kind.WRITE_CONFLICT),
            rule(TRANSACTION, "write-write conflict on key: ", Kind.WRITE_CONFLICT),
            rule(TRANSACTION, "Catalog write-write conflict on (create|alter) with ", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "Transaction conflict: ", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "Attempting to modify table ", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "Failed to alter table .*reverted by a concurrent transaction", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "Cannot create index with outstanding updates", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "cannot add an index to a table that has been altered", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "Could not commit creation of dependency", Kind.CATALOG_CONFLICT),
            rule("Dependency", "Could not commit creation of dependency", Kind.CATALOG_CONFLICT),
            rule(TRANSACTION, "Cannot CHECKPOINT: there are other (write )?transactions active", Kind.CHECKPOINT_BUSY),
            rule(TRANSACTION, "Current transaction is aborted", Kind.TRANSACTION_ABORTED),
            rule(TRANSACTION, "cannot (commit|rollback) - no transaction is active", Kind.NO_TRANSACTION),
            rule(TRANSACTION, "failed to (commit|rollback): no transaction active", Kind.NO_TRANSACTION),
            rule(IO, "Could not set lock on file \".*\": File locks are not supported", Kind.UNSUPPORTED_FS),
            rule(IO, "Could not set lock on file \".*\": Lock is already held in current process", Kind.OTHER),
            rule(IO, "Could not set lock on file \"", Kind.FILE_LOCKED),
            rule(IO, "Cannot open file \".*\": .*File is already open in ", Kind.FILE_LOCKED),
            rule(IO, "Cannot open file \".*\": Permission denied\\z", Kind.PERMISSION),
            rule(IO, "Cannot open file \".*\": (No such file or directory|Not a directory)\\z", Kind.MISSING),
            rule(IO, "Cannot open database \".*\" in read-only mode: database does not exist\\z", Kind.MISSING),
            rule(IO, "Cannot open file \".*" + NO_SPACE, Kind.DISK_FULL),
            rule(IO, "Could not (write|write to|truncate) file \".*" + NO_SPACE, Kind.DISK_FULL),
            rule(IO, "Could not read from file \".*\": Is a directory\\z", Kind.BAD_FILE),
            rule(IO, "Trying to read a database file with (storage )?version number ", Kind.BAD_FILE),
            rule(IO, "The file \".*\" exists, but it is not a valid DuckDB database file", Kind.BAD_FILE),
            rule(IO, "Corrupt database file: ", Kind.BAD_FILE),
            rule(ANY, "Failure while replaying WAL file \"", Kind.BAD_FILE),
            rule("Data Corruption", "", Kind.BAD_FILE),
            rule("Binder", "Unique file handle conflict: ", Kind.HANDLE_CONFLICT),
            rule("Resource In Use", "Unique file handle conflict: ", Kind.HANDLE_CONFLICT),
            rule(
                    "Connection",
                    "Can't open a connection to same database file with a different configuration",
                    Kind.CONFIG),
            rule("INTERRUPT", "", Kind.INTERRUPTED),
            rule("Out of Memory", "", Kind.OUT_OF_MEMORY),
            rule("Constraint", "", Kind.CONSTRAINT));

    private ErrorText() {}

    private static Rule rule(String type, String start, Kind kind) {
        return new Rule(type, false, pattern(start), kind);
    }

    private static Rule commitRule(String start, Kind kind) {
        return new Rule(TRANSACTION, true, pattern(start), kind);
    }

    /** Without the blank at its end, which a text that ends there has lost. */
    private static Pattern pattern(String start) {
        return Pattern.compile(start.stripTrailing(), Pattern.DOTALL);
    }

    /** What stands before the word Error; empty if the text does not begin so. */
    static String type(String text) {
        Matcher typed = TYPED.matcher(text);
        return typed.lookingAt() ? typed.group(1) : "";
    }

    /** The kind of a text that {@link #normalise} has returned. */
    static Kind kind(String text) {
        Matcher typed = TYPED.matcher(text);
        // What users can put into a message by themselves is never taken for one of DuckDB's.
        if (!typed.lookingAt() || typed.group(1).equals("Invalid Input")) {
            return Kind.OTHER;
        }
        String type = typed.group(1);
        String rest = text.substring(typed.end());
        boolean commit = type.equals(TRANSACTION) && rest.startsWith(COMMIT);
        String body = commit ? rest.substring(COMMIT.length()) : rest;
        for (Rule rule : RULES) {
            if (rule.matches(type, commit, body)) {
                return rule.kind();
            }
        }
        return Kind.OTHER;
    }

    /** Takes off what the versions wrap around a message: 1.4 a stack trace, 1.5 a sentence, 2.0 doubled quotes, a setting JSON. */
    static String normalise(String message) {
        String text = message.strip();
        if (text.startsWith("java.sql.SQLException: ")) {
            text = text.substring("java.sql.SQLException: ".length());
        }
        if (text.startsWith(WRAPPER_1_5)) {
            text = text.substring(WRAPPER_1_5.length());
        }
        if (text.startsWith("{\"exception_type\"")) {
            text = ErrorJson.text(text);
        }
        if (text.startsWith("FATAL") || text.startsWith("INTERNAL")) {
            int trace = text.indexOf("\nStack Trace:");
            text = trace < 0 ? text : text.substring(0, trace);
        }
        // In a path they may be the path's own.
        return text.startsWith(TRANSACTION) && !text.contains(" file \"")
                ? text.replace("\"\"", "\"").strip()
                : text.strip();
    }
}
