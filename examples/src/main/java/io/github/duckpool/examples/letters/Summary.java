package io.github.duckpool.examples.letters;

import java.util.List;
import java.util.Locale;

/** The tables at the end, and whether all is well. */
final class Summary {
    private final Table processes = new Table(
            "process",
            "turns",
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
    private final long found;
    private boolean passed;
    private long queries;
    private String handOvers = "";

    /**
     * Starts the tables.
     *
     * @param audits what was looked up
     * @param ended whether every process ended well
     */
    Summary(List<Audit> audits, boolean ended) {
        passed = ended && audits.stream().allMatch(Audit::passed);
        found = audits.stream().mapToLong(Audit::found).sum();
        for (Audit audit : audits) {
            rows.row(audit.what(), number(audit.expected()), number(audit.found()), number(audit.unexpected()));
        }
    }

    void process(String name, int turns, Figures figures) {
        passed &= figures.conflictsReached() == 0 && figures.otherErrors() == 0 && figures.queries() > 0;
        queries += figures.queries();
        processes.row(
                name,
                number(turns),
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

    void turns(Turns turns) {
        passed &= turns.overlaps() == 0;
        handOvers = number(turns.handOvers()) + " hand-overs, "
                + (turns.overlaps() == 0 ? "never two at once" : number(turns.overlaps()) + " TIMES TWO AT ONCE");
    }

    /** Whether every process worked and ended, no error got through, and the file holds every row that was acknowledged. */
    boolean passed() {
        return passed;
    }

    /** The run in a line. */
    String caption() {
        return number(queries) + " queries and writes, " + handOvers + "; " + number(found)
                + " rows acknowledged and found";
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public String toString() {
        return processes
                + "\n"
                + rows
                + "\n"
                + handOvers
                + (passed ? "" : "\nFAILED: a row is missing, an error got through, or a process did not end well");
    }
}
