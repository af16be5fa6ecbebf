package io.github.duckpool.examples.letters;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;

/** The tables of {@code letters.duckdb}, and every statement on them. */
final class Archive {
    private Archive() {}

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE letters(id INTEGER PRIMARY KEY, title VARCHAR NOT NULL, day DATE NOT NULL,"
                    + " body VARCHAR NOT NULL, words INTEGER NOT NULL)");
            statement.execute("CREATE TABLE readings(reader INTEGER, number INTEGER, letter INTEGER NOT NULL,"
                    + " PRIMARY KEY (reader, number))");
            statement.execute("CREATE TABLE counter(readings INTEGER NOT NULL)");
            statement.execute("INSERT INTO counter VALUES (0)");
        }
    }

    // --- the pipeline ---

    static void insert(Connection connection, List<Letter> batch) throws SQLException {
        String rows = String.join(", ", Collections.nCopies(batch.size(), "(?, ?, ?, ?, ?)"));
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO letters VALUES " + rows)) {
            int index = 1;
            for (Letter letter : batch) {
                insert.setInt(index++, letter.id());
                insert.setString(index++, letter.title());
                insert.setObject(index++, letter.day());
                insert.setString(index++, letter.body());
                insert.setInt(index++, letter.words());
            }
            insert.executeUpdate();
        }
    }

    // --- the service ---

    /** Notes that a letter was read. Every reading changes the one row of the counter: where transactions conflict. */
    static void noteReading(Connection connection, int reader, int number, int letter) throws SQLException {
        try (PreparedStatement reading = connection.prepareStatement("INSERT INTO readings VALUES (?, ?, ?)");
                PreparedStatement counter = connection.prepareStatement("UPDATE counter SET readings = readings + 1")) {
            reading.setInt(1, reader);
            reading.setInt(2, number);
            reading.setInt(3, letter);
            reading.executeUpdate();
            counter.executeUpdate();
        }
    }

    /** One letter; returns the length of its text, or -1 if it has not arrived. */
    static int read(Connection connection, int id) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT title, day, body FROM letters WHERE id = ?")) {
            query.setInt(1, id);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? rows.getString(3).length() : -1;
            }
        }
    }

    /** The titles of a month; returns how many. */
    static int titles(Connection connection, LocalDate month) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT id, title FROM letters WHERE day >= ? AND day < ? ORDER BY day, id LIMIT 50")) {
            query.setObject(1, month);
            query.setObject(2, month.plusMonths(1));
            return count(query);
        }
    }

    /** How much was written each year; returns the highest number of a letter so far. */
    static int years(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "SELECT year(day), count(*), sum(words), max(id) FROM letters GROUP BY 1 ORDER BY 1");
                ResultSet rows = query.executeQuery()) {
            int highest = 0;
            while (rows.next()) {
                highest = Math.max(highest, rows.getInt(4));
            }
            return highest;
        }
    }

    /** Searches all texts; returns in how many the word occurs. */
    static int search(Connection connection, String word) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT count(*) FROM letters WHERE contains(body, ?)")) {
            query.setString(1, word);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    private static int count(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }
}
