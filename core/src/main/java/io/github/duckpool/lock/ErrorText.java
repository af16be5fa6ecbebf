package io.github.duckpool.lock;

import io.github.duckpool.lock.DuckError.Kind;
import java.util.List;
import java.util.regex.Pattern;

/** The table of DuckDB's error texts. Every pattern is anchored at the start of the normalised text, where users' data never stands. */
final class ErrorText {
    private static final String WRAPPER_1_5 =
            "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result";
    private static final String JSON_MESSAGE = "\"exception_message\":\"";
    private static final String JSON_TYPE = "\"exception_type\":\"";

    private record Rule(Pattern start, Kind kind) {}

    private static final List<Rule> RULES = List.of(
            rule("TransactionContext Error: Failed to commit: Could not set lock on file", Kind.LOCK_LOST),
            rule("[\\w ]*Error: Failed to commit: Could not set lock on file", Kind.LOCK_LOST),
            rule("[\\w ]*Error: Failed to commit: (Could not write|.*No space left)", Kind.DISK_FULL),
            rule("[\\w ]*Error: (Failed to commit: )?PRIMARY KEY or UNIQUE constraint viol", Kind.CONSTRAINT_AT_COMMIT),
            rule("[\\w ]*Error: Failed to commit: Attempting to modify table", Kind.CATALOG_CONFLICT),
            rule("[\\w ]*Error: Failed to create checkpoint because of error", Kind.UNKNOWN_OUTCOME),
            rule("[\\w ]*Error: Failed to commit: Failed to create checkpoint", Kind.UNKNOWN_OUTCOME),
            rule("[\\w ]*(Error: )?Transaction COMMIT succeeded and is durable", Kind.COMMITTED),
            rule("FATAL Error: ", Kind.INVALIDATED),
            rule("INTERNAL Error: ", Kind.INVALIDATED),
            rule(
                    "[\\w ]*Error: .{0,4096}database has been invalidated because of a previous fatal error",
                    Kind.INVALIDATED),
            rule("IO Error: Could not set lock on file .*File locks are not supported", Kind.UNSUPPORTED_FS),
            rule("IO Error: Could not set lock on file .*Lock is already held in current process", Kind.OTHER),
            rule("IO Error: Could not set lock on file ", Kind.FILE_LOCKED),
            rule("IO Error: Cannot open file \".*File is already open in", Kind.FILE_LOCKED),
            rule("IO Error: Cannot open file \".*Permission denied", Kind.PERMISSION),
            rule("IO Error: Cannot open file \".*No such file or directory", Kind.MISSING),
            rule("IO Error: Cannot open file \".*No space left", Kind.DISK_FULL),
            rule("IO Error: Cannot open database \".*in read-only mode: database does not exist", Kind.MISSING),
            rule(
                    "IO Error: Could not (write|truncate) file .*(No space left|File too large|Disk quota exceeded)",
                    Kind.DISK_FULL),
            rule("IO Error: Could not read from file \".*Is a directory", Kind.BAD_FILE),
            rule("IO Error: Trying to read a database file with (storage )?version number", Kind.BAD_FILE),
            rule("IO Error: The file \".*not a valid DuckDB database file", Kind.BAD_FILE),
            rule("(Binder|Resource In Use) Error: Unique file handle conflict", Kind.HANDLE_CONFLICT),
            rule(
                    "[\\w ]*Error: Can't open a connection to same database file with a different configuration",
                    Kind.CONFIG),
            rule("[\\w ]*Error: Failure while replaying WAL file", Kind.BAD_FILE),
            rule("Data Corruption Error: |IO Error: Corrupt database file|Serialization Error: ", Kind.BAD_FILE),
            rule("TransactionContext Error: Conflict on (update|tuple deletion)", Kind.WRITE_CONFLICT),
            rule("[\\w ]*Error: Conflict on (update|tuple deletion)", Kind.WRITE_CONFLICT),
            rule("TransactionContext Error: Catalog write-write conflict on", Kind.CATALOG_CONFLICT),
            rule("[\\w ]*Error: Catalog write-write conflict on", Kind.CATALOG_CONFLICT),
            rule("TransactionContext Error: Transaction conflict: ", Kind.CATALOG_CONFLICT),
            rule("[\\w ]*Error: Failed to alter table .*reverted by a concurrent transaction", Kind.CATALOG_CONFLICT),
            rule("[\\w ]*Error: .{0,200}cannot add an index to a table that has been altered", Kind.CATALOG_CONFLICT),
            rule("[\\w ]*Error: Cannot create index with outstanding updates", Kind.CATALOG_CONFLICT),
            rule("[\\w ]*Error: Could not commit creation of dependency", Kind.CATALOG_CONFLICT),
            rule(
                    "TransactionContext Error: Cannot CHECKPOINT: there are other (write )?transactions",
                    Kind.CHECKPOINT_BUSY),
            rule("TransactionContext Error: Current transaction is aborted", Kind.TRANSACTION_ABORTED),
            rule("INTERRUPT Error: ", Kind.INTERRUPTED),
            rule("[\\w ]*(Error: )?Query exceeded maximum execution time", Kind.INTERRUPTED),
            rule("Out of Memory Error: ", Kind.OUT_OF_MEMORY),
            rule("Constraint Error: ", Kind.CONSTRAINT));

    private ErrorText() {}

    private static Rule rule(String start, Kind kind) {
        return new Rule(Pattern.compile(start, Pattern.DOTALL), kind);
    }

    static Kind kind(String text) {
        // Facts stand at the start; data that a message quotes may be megabytes long.
        String start = text.length() > 16_384 ? text.substring(0, 16_384) : text;
        for (Rule rule : RULES) {
            if (rule.start().matcher(start).lookingAt()) {
                return rule.kind();
            }
        }
        return Kind.OTHER;
    }

    /** Takes off what the versions wrap around a message, and 2.0's doubled quotes. */
    static String normalise(String message) {
        String text = message.strip();
        if (text.startsWith("java.sql.SQLException: ")) {
            text = text.substring("java.sql.SQLException: ".length());
        }
        if (text.startsWith(WRAPPER_1_5)) {
            int inner = text.indexOf("Error: ", WRAPPER_1_5.length());
            text = inner < 0 ? text : text.substring(inner + "Error: ".length());
        }
        if (text.startsWith("{\"exception_type\"")) {
            text = fromJson(text);
        }
        int trace = text.indexOf("\nStack Trace");
        if (trace >= 0) {
            text = text.substring(0, trace);
        }
        return text.replace("\"\"", "\"").strip();
    }

    private static String fromJson(String json) {
        int type = json.indexOf(JSON_TYPE);
        int message = json.indexOf(JSON_MESSAGE);
        if (type < 0 || message < 0) {
            return json;
        }
        String name = unquoted(json, type + JSON_TYPE.length());
        String body = unquoted(json, message + JSON_MESSAGE.length());
        return (name.equals("Transaction") ? "TransactionContext" : name) + " Error: " + body;
    }

    /** The JSON string whose first character is at the index, unescaped. */
    private static String unquoted(String json, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < json.length() && json.charAt(i) != '"'; i++) {
            char c = json.charAt(i);
            if (c == '\\' && i + 1 < json.length()) {
                c = json.charAt(++i);
                switch (c) {
                    case 'n' -> text.append('\n');
                    case 't' -> text.append('\t');
                    case 'r' -> text.append('\r');
                    case 'u' -> {
                        if (i + 4 < json.length()) {
                            text.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
                            i += 4;
                        }
                    }
                    default -> text.append(c);
                }
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
