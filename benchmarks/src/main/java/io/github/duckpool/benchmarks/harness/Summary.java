package io.github.duckpool.benchmarks.harness;

import io.github.duckpool.benchmarks.harness.Figures.Row;
import io.github.duckpool.benchmarks.harness.Figures.Spread;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A report in short, for the project's README: where it comes from, the targets that were missed, the charts that most look for, and
 * one table of medians for each family. What was lost stands beside what was won.
 */
final class Summary {
    private static final String BEGIN = "<!-- figures: written by the report -->\n";
    private static final String END = "<!-- end of figures -->";
    private static final int MOST_COLUMNS = 5;

    private final StringBuilder out = new StringBuilder();
    private final String results;

    private Summary(String results) {
        this.results = results;
    }

    /** The summary; results is where the report lies, as the README links to it. */
    static String of(Provenance provenance, List<Figures> families, Path results) {
        Summary summary = new Summary(results.toString().replace('\\', '/'));
        summary.head(provenance);
        summary.missed(families);
        String date = provenance.date().toString();
        for (Figures figures : families) {
            if (figures.family().isHeadline() && figures.groups().size() > 0) {
                summary.line("");
                summary.line("![" + figures.family().name() + "](" + summary.results + "/"
                        + Charts.name(date, figures, 1) + ")");
            }
        }
        families.forEach(summary::table);
        summary.out.append(Behind.of(families));
        return summary.out.toString();
    }

    /** The README with the summary between its marks; as it is if it has none. */
    static String replacedIn(String readme, String summary) {
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);
        return begin < 0 || end < begin
                ? readme
                : readme.substring(0, begin + BEGIN.length()) + summary + readme.substring(end);
    }

    /** What the README has between its marks; null if it has none. */
    static @Nullable String shownIn(String readme) {
        int begin = readme.indexOf(BEGIN);
        int end = readme.indexOf(END);
        return begin < 0 || end < begin ? null : readme.substring(begin + BEGIN.length(), end);
    }

    private void head(Provenance provenance) {
        String date = provenance.date().toString();
        line("Measured on " + date + " by `" + provenance.command() + "`.");
        line("Machine: " + Markdown.joined(provenance.machine()) + ".");
        line("Versions: " + Markdown.joined(provenance.versions()) + ".");
        line(
                "Medians of rounds in which all take turns; ×: the median ratio to the first line in the same round. Spreads, more settings"
                        + " and more figures: [" + date + "](" + results + "/" + date + ".md).");
    }

    private void missed(List<Figures> families) {
        int measured = 0;
        StringBuilder missed = new StringBuilder();
        for (Figures figures : families) {
            for (Target target : figures.family().targets()) {
                Spread spread = figures.spread(target.ratio());
                if (spread != null) {
                    measured++;
                    if (!target.isMetBy(spread.median())) {
                        missed.append(String.format(
                                Locale.ROOT,
                                "| %s: %s | %s %s | %s |\n",
                                figures.family().name(),
                                target.claim(),
                                target.atMost() ? "≤" : "≥",
                                Markdown.number(target.bound()),
                                Markdown.described(spread)));
                    }
                }
            }
        }
        long count = missed.chars().filter(c -> c == '\n').count();
        line("");
        line(measured - count + " of " + measured + " targets were met" + (count == 0 ? "." : "; missed:"));
        if (count > 0) {
            line("");
            line("| target | bound | measured |");
            line("| --- | --- | --- |");
            out.append(missed);
        }
    }

    /** Whether the family's table here has this metric of this group. */
    static boolean shows(Figures figures, String group, Metric metric) {
        List<String> groups = figures.groups();
        if (groups.isEmpty() || !groups.get(0).equals(group)) {
            return false;
        }
        boolean byPlace =
                figures.rows(group).stream().map(row -> row.at).distinct().count() > 1;
        int shown = figures.metrics(group).indexOf(metric);
        return shown >= 0 && shown < (byPlace ? 1 : MOST_COLUMNS);
    }

    private void table(Figures figures) {
        String group = figures.groups().get(0);
        List<Row> rows = figures.rows(group);
        List<String> places = rows.stream().map(row -> row.at).distinct().toList();
        List<Metric> metrics = figures.metrics(group);
        List<String> contenders =
                rows.stream().map(row -> row.contender).distinct().toList();
        boolean byPlace = places.size() > 1;
        List<String> columns = byPlace
                ? places
                : metrics.stream().limit(MOST_COLUMNS).map(Metric::title).toList();
        line("");
        line("**" + figures.family().name() + ": " + group
                + (byPlace ? "; " + metrics.get(0).title() : ", " + places.get(0)) + "**");
        line("");
        line("| | " + String.join(" | ", columns) + " |");
        line("| --- |" + " --- |".repeat(columns.size()));
        for (String contender : contenders) {
            StringBuilder cells = new StringBuilder("| " + contender);
            for (int i = 0; i < columns.size(); i++) {
                cells.append(" | ")
                        .append(
                                byPlace
                                        ? cell(figures, group, places.get(i), contender, metrics.get(0))
                                        : cell(figures, group, places.get(0), contender, metrics.get(i)));
            }
            line(cells.append(" |").toString());
        }
    }

    private static String cell(Figures figures, String group, String at, String contender, Metric metric) {
        Row row = figures.row(group, at, contender);
        Spread spread = row == null ? null : row.spread(metric.name());
        if (spread == null) {
            return row == null || row.failure == null ? "–" : "failed";
        }
        String reference = figures.family().reference();
        Spread ratio = contender.equals(reference)
                ? null
                : figures.spread(new Ratio(group, at, metric.name(), contender, reference));
        return Markdown.number(spread.median())
                + (ratio == null || !Double.isFinite(ratio.median()) ? "" : " ×" + Markdown.number(ratio.median()));
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
