package io.github.duckpool;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A DuckDB JDBC URL, taken apart: the database it names and the settings after the first semicolon, as the driver reads
 * them ({@code jdbc:duckdb:letters.duckdb;threads=4}), without user and password.
 *
 * @param url the URL that the driver gets
 * @param database what stands between the prefix and the first semicolon; empty for the private in-memory database
 */
record DatabaseUrl(String url, String database) {
    static final String PREFIX = "jdbc:duckdb:";
    static final String MEMORY = ":memory:";
    static final String READ_ONLY = "duckdb.read_only";

    static DatabaseUrl of(String url) {
        if (!url.startsWith(PREFIX)) {
            throw new IllegalArgumentException("url must start with \"" + PREFIX + "\", was \"" + url + "\"");
        }
        String[] parts = url.split(";", -1);
        StringBuilder kept = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            if (!isCredential(parts[i].split("=", 2)[0])) {
                kept.append(';').append(parts[i]);
            }
        }
        return new DatabaseUrl(kept.toString(), parts[0].substring(PREFIX.length()));
    }

    /** DuckDB has no users, and counts these, even empty ones, as another configuration of the database. */
    static boolean isCredential(String setting) {
        String name = setting.strip();
        return name.equalsIgnoreCase("user") || name.equalsIgnoreCase("password");
    }

    static DatabaseUrl ofDatabase(String database) {
        if (database.isBlank()) {
            throw new IllegalArgumentException(
                    "database must be a path or \"" + MEMORY + "\", was \"" + database + "\"");
        }
        if (database.indexOf(';') >= 0) {
            throw new IllegalArgumentException(
                    "database must not contain ';', which ends the path in a DuckDB URL, was \"" + database + "\"");
        }
        return new DatabaseUrl(
                PREFIX + (database.equals(MEMORY) ? "" : database), database.equals(MEMORY) ? "" : database);
    }

    /** The file to take turns on; empty for databases in memory and for remote ones (a scheme such as {@code md:}). */
    Optional<Path> file() {
        if (database.isEmpty() || database.startsWith(MEMORY) || database.matches("[A-Za-z][A-Za-z0-9+]+:.*")) {
            return Optional.empty();
        }
        return Optional.of(Path.of(database));
    }

    /** The name of a database in memory that all who name it share; empty for any other. */
    Optional<String> sharedMemory() {
        return Optional.of(database).filter(name -> name.startsWith(MEMORY) && !name.equals(MEMORY));
    }

    /**
     * This URL with another path to the same file.
     *
     * @throws SQLException if that path can't stand in a URL
     */
    String at(Path file) throws SQLException {
        String path = file.toString();
        if (path.indexOf(';') >= 0) {
            throw new SQLNonTransientConnectionException(
                    "the real path of a database must not contain ';', which ends the path in a DuckDB URL, was \""
                            + path + "\"",
                    "08001");
        }
        return PREFIX + path + url.substring(PREFIX.length() + database.length());
    }

    /** The settings that the URL itself carries; the driver applies them, and they win over the builder's. */
    Map<String, String> settings() {
        Map<String, String> found = new TreeMap<>();
        String[] parts = url.split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0) {
                found.put(
                        parts[i].substring(0, equals).strip(),
                        parts[i].substring(equals + 1).strip());
            }
        }
        return found;
    }
}
