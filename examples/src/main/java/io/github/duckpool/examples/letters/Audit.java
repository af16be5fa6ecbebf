package io.github.duckpool.examples.letters;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares what was acknowledged with what the file holds.
 *
 * @param what the kind of row
 * @param expected how many were acknowledged
 * @param found how many of these are there
 * @param unexpected how many are there that nobody was told of
 */
record Audit(String what, long expected, long found, long unexpected) {

    boolean passed() {
        return found == expected && unexpected == 0;
    }

    /**
     * Looks every acknowledged row up.
     *
     * @param letters the numbers of the letters that were committed
     * @param readings how many readings each desk committed, numbered from 1; the desks are numbered from 1
     */
    static List<Audit> of(Connection connection, Collection<Integer> letters, List<Integer> readings)
            throws SQLException {
        List<Audit> audits = new ArrayList<>();
        audits.add(compare(
                "letters", new HashSet<>(letters), longs(connection, "SELECT id FROM letters"), Integer::longValue));
        Set<Long> noted = new HashSet<>();
        long total = 0;
        for (int desk = 1; desk <= readings.size(); desk++) {
            for (int number = 1; number <= readings.get(desk - 1); number++) {
                noted.add(reading(desk, number));
            }
            total += readings.get(desk - 1);
        }
        audits.add(compare(
                "readings",
                noted,
                longs(connection, "SELECT (reader::BIGINT << 32) + number FROM readings"),
                Long::longValue));
        long counted = longs(connection, "SELECT readings FROM counter").get(0);
        audits.add(new Audit("counted", total, Math.min(total, counted), Math.max(counted - total, 0)));
        return audits;
    }

    private static long reading(int desk, int number) {
        return ((long) desk << 32) + number;
    }

    private interface AsLong<T> {
        long of(T value);
    }

    private static <T> Audit compare(String what, Set<T> expected, List<Long> there, AsLong<T> asLong) {
        Set<Long> missing = new HashSet<>();
        for (T value : expected) {
            missing.add(asLong.of(value));
        }
        long unexpected = 0;
        for (Long row : there) {
            if (!missing.remove(row)) { // a row that is there twice counts as unexpected
                unexpected++;
            }
        }
        return new Audit(what, expected.size(), expected.size() - missing.size(), unexpected);
    }

    private static List<Long> longs(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Long> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getLong(1));
            }
            return values;
        }
    }
}
