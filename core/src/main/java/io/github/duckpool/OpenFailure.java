package io.github.duckpool;

import io.github.duckpool.lock.DuckError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a database file could not be opened, in words that name the file and say what to do. It looks at the file's attributes
 * alone: to open the file itself would cost DuckDB its lock on it.
 */
final class OpenFailure {
    private static final Pattern VERSIONS =
            Pattern.compile("version number (\\d+), but we can only read [a-z ]*versions between (\\d+) and (\\d+)");

    /** How DuckDB's messages name the file that can't be opened. */
    private static final Pattern FILE = Pattern.compile("file \"([^\"]+)\"");

    private final DuckPoolConfig config;
    private final Path file;
    private final SQLException cause;
    private final DuckError error;

    OpenFailure(DuckPoolConfig config, Path file, SQLException cause) {
        this.config = config;
        this.file = file;
        this.cause = cause;
        this.error = DuckError.classify(cause);
    }

    /**
     * What a wrapped data source threw: explained if it is one of DuckDB's errors about a file that it can't open, else as it was. It is
     * called the database only where DuckDB says no less: the source's own SQL may read and write others.
     */
    static SQLException ofSource(DuckPoolConfig config, SQLException thrown) {
        DuckError error = DuckError.classify(thrown);
        String what =
                switch (error.kind()) {
                    case FILE_LOCKED, HANDLE_CONFLICT, UNSUPPORTED_FS, BAD_FILE -> "database";
                    case MISSING, PERMISSION, DISK_FULL -> "file";
                    default -> "";
                };
        Matcher name = FILE.matcher(error.message());
        if (what.isEmpty() || !name.find()) {
            return thrown;
        }
        try {
            return new OpenFailure(config, Path.of(name.group(1)), thrown).explained(what);
        } catch (InvalidPathException e) {
            return thrown;
        }
    }

    /** Whether another process has the file open. */
    private boolean isLocked() {
        return error.kind() == DuckError.Kind.FILE_LOCKED || error.kind() == DuckError.Kind.HANDLE_CONFLICT;
    }

    /**
     * Whether somebody who wrote to the file in the midst of the opening can have caused it: what was read then was half old and half
     * new. Nobody else's writing is to blame for a lock, a right that is missing, a setting or a full disk.
     *
     * @param isNew whether the file was not there before: what this opening made itself can fail, but is not bad
     */
    boolean mayComeFromWriting(boolean isNew) {
        return switch (error.kind()) {
            case BAD_FILE -> true;
            case INTERNAL, INVALIDATED, OTHER -> !isNew;
            default -> false;
        };
    }

    SQLException explained() {
        return explained("database");
    }

    private SQLException explained(String what) {
        String text = config.poolName() + ": can't open " + what + " \"" + file + "\": " + reason() + " (DuckDB: "
                + error.message() + ")";
        return isLocked()
                ? new SQLTransientConnectionException(text, "08001", cause)
                : new SQLNonTransientConnectionException(text, "08001", cause);
    }

    private String reason() {
        if (Files.isDirectory(file)) {
            return "it is a directory; name a file in it";
        }
        if (error.message().contains("extension \"sqlite_scanner\"")) {
            return "it is a database of SQLite; correct the path, or ATTACH it (TYPE sqlite) in one of DuckDB";
        }
        return switch (error.kind()) {
            case FILE_LOCKED, HANDLE_CONFLICT -> locked();
            case MISSING -> missing();
            case PERMISSION -> forbidden();
            case BAD_FILE -> unreadable();
            case DISK_FULL -> "there is no space left for it" + space() + "; free some, or choose another place";
            case CONFIG ->
                "this process has it open with other settings; open it with the same ones everywhere, or close it there first";
            case UNSUPPORTED_FS -> "its file system has no locks; put it on a local one";
            default -> "see DuckDB's message";
        };
    }

    private String locked() {
        StringBuilder text = new StringBuilder("another process holds its lock");
        error.holderPid().ifPresent(pid -> text.append(", PID ").append(pid));
        error.holderCommand().ifPresent(command -> text.append(", ").append(command));
        error.holderUser().ifPresent(user -> text.append(", user ").append(user));
        if (error.holderReadsOnly()) {
            text.append(", for reading only");
        }
        return text.append("; close it there, or let both take turns with Sharing.cooperative()")
                .toString();
    }

    private String missing() {
        Path directory = file.toAbsolutePath().getParent();
        for (Path above = directory; above != null; above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return "\"" + above + "\" is a file and no directory; correct the path";
            }
        }
        if (directory != null && Files.notExists(directory)) { // newer JDKs say so of what lies below a file, too
            return "its directory \"" + directory + "\" does not exist; create it, or correct the path";
        }
        if (Files.isSymbolicLink(file)) {
            return "it is a link that leads to no file, and none can be created there; correct the link";
        }
        if (config.readOnly()) {
            return "it does not exist, and nothing is created read-only; correct the path, or open it without readOnly once";
        }
        return "it does not exist and can't be created; correct the path";
    }

    private String forbidden() {
        String user = System.getProperty("user.name", "?");
        Path directory = file.toAbsolutePath().getParent();
        if (Files.exists(file)) {
            boolean onlyReads = Files.isReadable(file) && !Files.isWritable(file);
            return "user " + user + " may not " + (onlyReads ? "write" : "read") + " it; "
                    + (onlyReads
                            ? "allow reading and writing, or open it with readOnly(true)"
                            : "allow reading and writing");
        }
        return "user " + user + " may not create or see files in \"" + directory
                + "\"; allow reading and writing in that directory";
    }

    private String unreadable() {
        Matcher versions = VERSIONS.matcher(error.message());
        if (versions.find()) {
            return "its storage version is " + versions.group(1) + ", and this driver reads " + versions.group(2)
                    + " to " + versions.group(3)
                    + "; use the org.duckdb:duckdb_jdbc that wrote it, or one at least as new";
        }
        if (isEmpty()) {
            return "it is empty, and so no database; delete it, and DuckDB creates it anew";
        }
        return error.message().contains("not a valid DuckDB database file")
                ? "it is no DuckDB database; correct the path, or move the file out of the way"
                : "it is damaged; restore it from a backup, and keep the file and its .wal as they are until then";
    }

    private boolean isEmpty() {
        try {
            return Files.size(file) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private String space() {
        try {
            Optional<Path> place = Optional.ofNullable(file.toAbsolutePath().getParent());
            return place.isEmpty() ? "" : " (" + Files.getFileStore(place.get()).getUsableSpace() + " bytes free)";
        } catch (IOException | SecurityException e) {
            return "";
        }
    }
}
