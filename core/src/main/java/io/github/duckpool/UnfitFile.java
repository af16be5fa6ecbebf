package io.github.duckpool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;

/**
 * Files in which no database can be kept, and which DuckDB does not refuse: a pipe, whose other end it waits for without end, and a
 * data file.
 */
final class UnfitFile {
    /** A name that ends so is never taken for a data file, so DuckDB need not be asked, which takes a few hundred microseconds. */
    private static final Set<String> USUAL = Set.of("db", "duckdb", "ddb");

    private final DuckPoolConfig config;
    private final Path file;

    UnfitFile(DuckPoolConfig config, Path file) {
        this.config = config;
        this.file = file;
    }

    /** Refuses pipes, sockets and devices before DuckDB gets to see them. */
    void refuseSpecial() throws SQLException {
        // Elsewhere files that only lie in a special place count as special too: on Windows those of a cloud drive.
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException | SecurityException e) {
            return; // DuckDB says what is wrong with it
        }
        if (attributes.isOther()) {
            throw refused("it is a pipe, a socket or a device; name a regular file");
        }
    }

    /**
     * Refuses a file of CSV, JSON or Parquet, which DuckDB opens as a database in memory with a view of the data: what is written there
     * is lost.
     *
     * @param opened what DuckDB has opened for the file; left open
     */
    void refuseData(Connection opened) throws SQLException {
        if (isUsual()) {
            return;
        }
        try (Statement statement = opened.createStatement();
                ResultSet here = statement.executeQuery(
                        "SELECT 1 FROM duckdb_databases() WHERE database_name = current_database() AND path IS NULL")) {
            if (here.next()) {
                throw refused(
                        "DuckDB takes it for a data file, and would keep what is written in memory alone; give the database"
                                + " another name, or read the data from one, as in SELECT * FROM '" + file.getFileName()
                                + "'");
            }
        }
    }

    private boolean isUsual() {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot < 0 || USUAL.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    private SQLException refused(String why) {
        return new SQLNonTransientConnectionException(
                config.poolName() + ": can't open database \"" + file + "\": " + why, "08001");
    }
}
