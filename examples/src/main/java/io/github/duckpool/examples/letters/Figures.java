package io.github.duckpool.examples.letters;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one process did.
 *
 * @param queries answered queries and committed writes
 * @param meanMillis the mean time from asking for a connection to the last row
 * @param p50Millis the median of it
 * @param p95Millis 95 of 100 took no longer
 * @param p99Millis 99 of 100 took no longer
 * @param waits how many of them waited more than a millisecond for a connection, because others were served or had the file
 * @param longestWaitMillis the longest such wait
 * @param conflictsMet lock and conflict errors of DuckDB that were cured by another attempt
 * @param conflictsReached such errors that the program saw
 * @param otherErrors other errors that the program saw
 */
record Figures(
        long queries,
        double meanMillis,
        double p50Millis,
        double p95Millis,
        double p99Millis,
        long waits,
        double longestWaitMillis,
        long conflictsMet,
        long conflictsReached,
        long otherErrors) {

    /** Of a process that reported none. */
    static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** One line that {@link #parse(String)} reads again. */
    String format() {
        return String.format(
                Locale.ROOT,
                "queries=%d mean=%.3f p50=%.3f p95=%.3f p99=%.3f waits=%d longest=%.3f met=%d reached=%d errors=%d",
                queries,
                meanMillis,
                p50Millis,
                p95Millis,
                p99Millis,
                waits,
                longestWaitMillis,
                conflictsMet,
                conflictsReached,
                otherErrors);
    }

    static Figures parse(String line) {
        Map<String, Double> values = new TreeMap<>();
        for (String pair : line.strip().split(" ", -1)) {
            int equals = pair.indexOf('=');
            values.put(pair.substring(0, equals), Double.valueOf(pair.substring(equals + 1)));
        }
        return new Figures(
                Math.round(value(values, "queries")),
                value(values, "mean"),
                value(values, "p50"),
                value(values, "p95"),
                value(values, "p99"),
                Math.round(value(values, "waits")),
                value(values, "longest"),
                Math.round(value(values, "met")),
                Math.round(value(values, "reached")),
                Math.round(value(values, "errors")));
    }

    private static double value(Map<String, Double> values, String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("figures must have " + name + ", were " + values);
        }
        return value;
    }
}
