package io.github.duckpool.examples.letters;

import java.util.List;
import java.util.Locale;

/** The tables at the end, and whether all is well. */
final class Summary {
    private final Table processes = new Table(
            "process",
            "queries",
            "mean ms",
            "p50",
            "p95",
            "p99",
            "waits",
            "longest ms",
            "conflicts met",
            "reached a caller",
            "errors");
    private final Table rows = new Table("rows", "expected", "found", "unexpected");
    private boolean passed;

    Summary(List<Audit> audits) {
        passed = audits.stream().allMatch(Audit::passed);
        for (Audit audit : audits) {
            rows.row(audit.what(), number(audit.expected()), number(audit.found()), number(audit.unexpected()));
        }
    }

    void process(String name, Figures figures) {
        passed &= figures.conflictsReached() == 0 && figures.otherErrors() == 0 && figures.queries() > 0;
        processes.row(
                name,
                number(figures.queries()),
                millis(figures.meanMillis()),
                millis(figures.p50Millis()),
                millis(figures.p95Millis()),
                millis(figures.p99Millis()),
                number(figures.waits()),
                millis(figures.longestWaitMillis()),
                number(figures.conflictsMet()),
                number(figures.conflictsReached()),
                number(figures.otherErrors()));
    }

    /** Whether every process worked, no error got through, and the file holds every row that was acknowledged. */
    boolean passed() {
        return passed;
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public String toString() {
        return processes + "\n" + rows + (passed ? "" : "\nFAILED: a row is missing, or an error got through\n");
    }
}
