package io.github.duckpool.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Write-ahead logs that have lost their database: it was moved or renamed after its process was killed, and {@code FILE.wal}, with
 * committed work in it, stayed behind. DuckDB says nothing of it, and opens the file without that work.
 */
final class OrphanedLogs {
    static final String DATABASE_GONE =
            "no such file, but its log (.wal) is there, with committed work in it: the database was moved"
                    + " away without it; put the two side by side again, under one name, before anybody opens the database";

    private static final String SUFFIX = ".wal";

    /** DuckDB's own, while it writes a checkpoint and after one that was broken off; the next opening for writing sees to them. */
    private static final List<String> OF_CHECKPOINTS = List.of(".checkpoint.wal", ".recovery.wal");

    private OrphanedLogs() {}

    /** Where DuckDB keeps the log of a database. */
    static Path of(Path database) {
        return database.resolveSibling(database.getFileName() + SUFFIX);
    }

    /** Whether a log is there and not empty, and its database is not. */
    static boolean isOne(Path log) {
        String name = String.valueOf(log.getFileName());
        if (!name.endsWith(SUFFIX)
                || name.length() == SUFFIX.length()
                || OF_CHECKPOINTS.stream().anyMatch(name::endsWith)) {
            return false;
        }
        Path database = log.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
        try {
            return Files.isRegularFile(log) && Files.size(log) > 0 && Files.notExists(database);
        } catch (IOException e) {
            return false; // it has gone meanwhile
        }
    }

    /** Those in a directory, some at least. */
    static List<Path> in(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.limit(10_000).filter(OrphanedLogs::isOne).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
