package io.github.duckpool.benchmarks.harness;

import io.github.duckpool.benchmarks.harness.Figures.Row;
import io.github.duckpool.benchmarks.harness.Figures.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run as tables in Markdown. A group of several cases has a table for each metric, with a column for each case; a group of one
 * case has one table, with a column for each metric.
 */
final class Markdown {
    private final StringBuilder out = new StringBuilder();

    private Markdown() {}

    /** The whole report; charts are those that {@link Charts#write} named. */
    static String of(Provenance provenance, List<Figures> families, Map<String, List<String>> charts) {
        Markdown markdown = new Markdown();
        markdown.head(provenance);
        for (Figures figures : families) {
            markdown.family(figures, charts.getOrDefault(figures.family().name(), List.of()));
        }
        return markdown.out.toString();
    }

    /** The targets of the families, each met or missed. */
    static String targets(List<Figures> families) {
        Markdown markdown = new Markdown();
        families.forEach(markdown::targets);
        return markdown.out.toString();
    }

    private void head(Provenance provenance) {
        line("# Figures of " + provenance.date());
        line("");
        line("Command: `" + provenance.command() + "`  ");
        line("Machine: " + joined(provenance.machine()) + "  ");
        line("Versions: " + joined(provenance.versions()));
        line("");
        line(
                "Medians of all rounds, with the least and the greatest in brackets; ×: the median, over the rounds, of the ratio "
                        + "to the first of the table in the same round. A dash was not measured.");
    }

    static String joined(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(" · "));
    }

    private void family(Figures figures, List<String> charts) {
        line("");
        line("## " + figures.family().name());
        line("");
        line(figures.family().question());
        line(String.format(
                Locale.ROOT,
                "%d %s in %.0f s.",
                figures.rounds(),
                figures.rounds() == 1 ? "round" : "rounds",
                figures.nanos() / 1e9));
        targets(figures);
        for (String group : figures.groups()) {
            List<Row> rows = figures.rows(group);
            List<String> places = rows.stream().map(row -> row.at).distinct().toList();
            if (places.size() == 1) {
                metricTable(figures, group, places.get(0));
            } else {
                figures.metrics(group).forEach(metric -> placeTable(figures, group, places, metric));
            }
        }
        for (String chart : charts) {
            line("");
            line("![" + chart + "](" + chart + ")");
        }
        figures.rows().stream()
                .filter(row -> row.failure != null)
                .forEach(row ->
                        line("\n**" + row.contender + " failed** (" + row.group + ", " + row.at + "): " + row.failure));
    }

    private void metricTable(Figures figures, String group, String at) {
        List<Metric> metrics = figures.metrics(group);
        table(
                group + ", " + at,
                metrics.stream().map(Metric::title).toList(),
                contenders(figures, group),
                (contender, column) -> cell(figures, group, at, contender, metrics.get(column)));
    }

    private void placeTable(Figures figures, String group, List<String> places, Metric metric) {
        table(
                group + ": " + metric.title(),
                places,
                contenders(figures, group),
                (contender, column) -> cell(figures, group, places.get(column), contender, metric));
    }

    private static List<String> contenders(Figures figures, String group) {
        return figures.rows(group).stream().map(row -> row.contender).distinct().toList();
    }

    private interface Cells {
        String at(String contender, int column);
    }

    private void table(String title, List<String> columns, List<String> contenders, Cells cells) {
        line("");
        line("**" + title + "**");
        line("");
        line("| | " + String.join(" | ", columns) + " |");
        line("| --- |" + " --- |".repeat(columns.size()));
        for (String contender : contenders) {
            StringBuilder row = new StringBuilder("| " + contender + " |");
            for (int column = 0; column < columns.size(); column++) {
                row.append(' ').append(cells.at(contender, column)).append(" |");
            }
            line(row.toString());
        }
    }

    private static String cell(Figures figures, String group, String at, String contender, Metric metric) {
        Row row = figures.row(group, at, contender);
        if (row == null) {
            return "–";
        }
        Spread spread = row.spread(metric.name());
        if (spread == null) {
            return row.failure == null ? "–" : "failed"; // a case may measure less than others of its group
        }
        String reference = figures.family().reference();
        Spread ratio = contender.equals(reference)
                ? null
                : figures.spread(new Ratio(group, at, metric.name(), contender, reference));
        return number(spread.median()) + " (" + number(spread.least()) + "–" + number(spread.greatest()) + ")"
                + (ratio == null || !Double.isFinite(ratio.median()) ? "" : " ×" + number(ratio.median()));
    }

    private void targets(Figures figures) {
        List<Target> targets = figures.family().targets();
        List<Target> measured = targets.stream()
                .filter(target -> figures.spread(target.ratio()) != null)
                .toList();
        if (measured.isEmpty()) {
            return;
        }
        line("");
        line("| target | bound | measured | |");
        line("| --- | --- | --- | --- |");
        for (Target target : measured) {
            Spread spread = figures.spread(target.ratio());
            line("| " + target.claim() + " | " + (target.atMost() ? "≤ " : "≥ ") + number(target.bound()) + " | "
                    + described(spread) + " | " + verdict(target, spread) + " |");
        }
    }

    static String described(@Nullable Spread spread) {
        return spread == null
                ? "–"
                : number(spread.median()) + " (" + number(spread.least()) + "–" + number(spread.greatest()) + ")";
    }

    private static String verdict(Target target, @Nullable Spread spread) {
        return spread != null && target.isMetBy(spread.median()) ? "met" : "**missed**";
    }

    /** Three digits that mean something; near 1, where indices of fairness live, four. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 1_000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size >= 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        if (size >= 10) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
        return String.format(Locale.ROOT, size > 0.9 && size < 1 ? "%.4f" : size >= 1 ? "%.2f" : "%.3f", value);
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
