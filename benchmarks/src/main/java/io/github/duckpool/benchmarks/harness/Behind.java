package io.github.duckpool.benchmarks.harness;

import io.github.duckpool.benchmarks.harness.Figures.Row;
import io.github.duckpool.benchmarks.harness.Figures.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this project lost in the tables that a summary leaves out: a summary that shows one table of each family would else choose
 * what is known of it. Lost is what was worse in every round, and by more than a hundredth.
 */
final class Behind {
    private static final double LEAST = 0.01;

    private Behind() {}

    /** A table in Markdown with a line for each table and metric; nothing if nothing was lost. */
    static String of(List<Figures> families) {
        StringBuilder lines = new StringBuilder();
        for (Figures figures : families) {
            for (String group : figures.groups()) {
                for (Metric metric : figures.metrics(group)) {
                    if (!Summary.shows(figures, group, metric)) {
                        line(figures, group, metric, lines);
                    }
                }
            }
        }
        return lines.length() == 0
                ? ""
                : "\nBehind in every round, in tables that only the report has; ×: the median ratio of who was ahead to ours:\n\n"
                        + "| table | figure | ahead |\n| --- | --- | --- |\n" + lines;
    }

    private static void line(Figures figures, String group, Metric metric, StringBuilder lines) {
        Map<String, List<String>> ahead = new LinkedHashMap<>();
        for (Row own : figures.rows(group)) {
            if (compared(figures.family()).contains(own.contender)) {
                for (Row other : figures.rows(group)) {
                    if (other.at.equals(own.at) && !figures.family().own().contains(other.contender)) {
                        Spread ratio =
                                figures.spread(new Ratio(group, own.at, metric.name(), other.contender, own.contender));
                        if (ratio != null && isAhead(metric, ratio)) {
                            ahead.computeIfAbsent(who(figures.family(), own, other), who -> new ArrayList<>())
                                    .add("×" + Markdown.number(ratio.median()) + " (" + own.at + ")");
                        }
                    }
                }
            }
        }
        if (!ahead.isEmpty()) {
            List<String> cells = new ArrayList<>();
            ahead.forEach((who, ratios) -> cells.add(who + " " + String.join(", ", ratios)));
            lines.append("| ")
                    .append(figures.family().name() + ": " + group)
                    .append(" | ")
                    .append(metric.title())
                    .append(" | ")
                    .append(String.join("; ", cells))
                    .append(" |\n");
        }
    }

    /** Ours: the one that the tables compare with, if it is ours, else all. */
    private static List<String> compared(Family family) {
        return family.own().contains(family.reference()) ? List.of(family.reference()) : family.own();
    }

    private static String who(Family family, Row own, Row other) {
        return compared(family).size() == 1 ? other.contender : other.contender + " over " + own.contender;
    }

    private static boolean isAhead(Metric metric, Spread ratio) {
        return metric.moreIsBetter()
                ? ratio.least() > 1 && ratio.median() > 1 + LEAST
                : ratio.greatest() < 1 && ratio.median() < 1 - LEAST;
    }
}
