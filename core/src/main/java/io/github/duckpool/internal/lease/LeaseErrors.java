package io.github.duckpool.internal.lease;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** What goes wrong when several pools of one process use one file, and what to do about it. */
final class LeaseErrors {
    private LeaseErrors() {}

    /** Why two pools can't have the file together; empty if they can. */
    static String clash(LeaseTerms terms, LeaseTerms other, Path file) {
        String rule = ": DuckDB opens a file with one configuration per process. Give both pools the same, or close "
                + other.poolName();
        if (terms.readOnly() != other.readOnly()) {
            return terms.poolName() + ": " + file + " can't be opened " + access(terms) + " while pool "
                    + other.poolName() + " of this process opens it " + access(other) + rule;
        }
        if (!terms.settings().equals(other.settings())) {
            return terms.poolName() + ": " + file + " can't be opened with " + differences(terms, other)
                    + " while pool " + other.poolName() + " of this process opens it with "
                    + differences(other, terms) + rule;
        }
        return "";
    }

    private static String access(LeaseTerms terms) {
        return terms.readOnly() ? "read-only" : "for writing";
    }

    /** The settings of one that the other doesn't share. */
    private static String differences(LeaseTerms terms, LeaseTerms other) {
        Map<String, String> own = new TreeMap<>(terms.settings());
        own.entrySet().removeAll(other.settings().entrySet());
        return own.isEmpty() ? "no such setting" : own.toString();
    }

    static SQLException noTurn(FileTenancy tenancy, Path file, IOException cause) {
        return new SQLNonTransientConnectionException(
                tenancy + ": can't open database \"" + file + "\": no turn can be taken in its queue: "
                        + cause.getMessage(),
                "08001",
                cause);
    }

    static SQLException noThread(String poolName, Path file, Throwable cause) {
        return new SQLTransientConnectionException(
                poolName + ": can't open database \"" + file + "\": no thread can be started to take its turn: "
                        + cause,
                "08001",
                cause);
    }

    static SQLException lockLost(FileTenancy tenancy, String hazard) {
        return new SQLNonTransientConnectionException(tenancy + ": nothing is lent any more: " + hazard, "58030");
    }

    static SQLException sameFile(Path file, String otherPath) {
        return new SQLNonTransientConnectionException(
                file + " is open in this process already, as " + otherPath
                        + " (a hard link): name it by one path, for two would drop each other's lock",
                "08001");
    }

    /**
     * Makes sure, after a fatal error, that what was opened is not the dead instance, kept alive by somebody else.
     *
     * @throws SQLException if it is
     */
    static void probe(String poolName, OpenDatabase opened, SQLException fatal) throws SQLException {
        try (Connection connection = opened.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException | RuntimeException e) {
            throw new SQLNonTransientConnectionException(
                    poolName
                            + ": the database met a fatal error and can't be used before every connection of this process"
                            + " to it is closed, those outside the pool too; the fatal error: " + fatal.getMessage(),
                    "08006",
                    e);
        }
    }
}
