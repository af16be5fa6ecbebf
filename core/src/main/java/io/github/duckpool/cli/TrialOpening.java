package io.github.duckpool.cli;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * Opens a database read-only for a moment, by DuckDB. Where programs take turns it takes a shared one, so that it is in nobody's way. The
 * database is attached to one in memory, so that no character of its name means anything.
 */
final class TrialOpening {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private TrialOpening() {}

    /**
     * Tries it.
     *
     * @return DuckDB's error if another process came before it; empty if it was opened, or can't be for other reasons, which are findings
     */
    static Optional<DuckError> of(FileMutex mutex, Findings findings) throws InterruptedException {
        try (Permit turn = turn(mutex, findings)) {
            return open(mutex.file(), findings);
        } catch (TimeoutException e) {
            findings.warn("open", "not tried: another process has the turn");
            return Optional.empty();
        }
    }

    /** None where nobody takes turns yet, lest a mere look makes the queue's file. */
    private static Permit turn(FileMutex mutex, Findings findings) throws InterruptedException, TimeoutException {
        if (Files.exists(mutex.companion())) {
            try {
                return mutex.lockShared(PATIENCE);
            } catch (IOException e) {
                findings.warn("queue", FailureText.of(e));
            }
        }
        return () -> {};
    }

    private static Optional<DuckError> open(Path file, Findings findings) {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            String engine = Version.engine(connection);
            findings.facts().with("duckdbVersion", engine);
            statement.execute(
                    "ATTACH '" + file.toString().replace("'", "''") + "' AS checked (READ_ONLY, TYPE duckdb)");
            String storage = ask(
                    statement,
                    "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'checked'");
            String tables = ask(statement, "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'checked'");
            findings.facts().with("storageVersion", storage).with("tables", Long.valueOf(tables));
            findings.ok(
                    "open",
                    "DuckDB " + engine + " reads it; storage version " + storage + ", "
                            + (tables.equals("1") ? "1 table" : tables + " tables"));
            return Optional.empty();
        } catch (SQLException e) {
            DuckError error = DuckError.classify(e);
            if (error.kind() == DuckError.Kind.FILE_LOCKED) {
                return Optional.of(error);
            }
            findings.problem("open", error.message());
            return Optional.empty();
        }
    }

    private static String ask(Statement statement, String query) throws SQLException {
        try (ResultSet answer = statement.executeQuery(query)) {
            answer.next();
            return String.valueOf(answer.getString(1));
        }
    }
}
