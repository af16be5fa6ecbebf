package io.github.duckpool.benchmarks.harness;

import io.github.duckpool.benchmarks.harness.Figures.Spread;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The regression guard: ratios of two contenders in one run, as they were when they were written down, and how much noise each
 * has. A machine that is slower or busy moves both sides; a change that makes ours slower moves the ratio.
 */
final class Guard {
    private static final String FILE = "/guard.csv";
    private static final int COLUMNS = 8;

    /** One line of the file: the ratio that was seen, and by what part it may get worse. */
    record Line(String family, Ratio ratio, double expected, double noise) {}

    private final List<Line> lines;

    Guard(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    static Guard load() throws IOException {
        try (InputStream in = Guard.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IOException("the jar has no " + FILE);
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static Guard parse(String text) {
        return new Guard(text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Guard::line)
                .toList());
    }

    private static Line line(String text) {
        String[] cells = text.split("\\|", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException(FILE + " must have " + COLUMNS + " columns a line, was: " + text);
        }
        for (int i = 0; i < cells.length; i++) {
            cells[i] = cells[i].strip();
        }
        return new Line(
                cells[0],
                new Ratio(cells[1], cells[2], cells[3], cells[4], cells[5].isEmpty() ? null : cells[5]),
                Double.parseDouble(cells[6]),
                Double.parseDouble(cells[7]));
    }

    /** What is compared. */
    List<Line> lines() {
        return lines;
    }

    /** What a line found in a run: whether it got worse by more than its noise, or was not measured at all, in words. */
    record Finding(boolean worse, String facts) {
        @Override
        public String toString() {
            return (worse ? "WORSE  " : "ok     ") + facts;
        }
    }

    /** What this family's lines found. */
    List<Finding> check(Figures figures) {
        return lines.stream()
                .filter(line -> line.family().equals(figures.family().name()))
                .map(line -> check(line, figures))
                .toList();
    }

    private static Finding check(Line line, Figures figures) {
        Spread spread = figures.spread(line.ratio());
        Metric metric = figures.family().metrics().stream()
                .filter(each -> each.name().equals(line.ratio().metric()))
                .findFirst()
                .orElse(null);
        if (spread == null || metric == null) {
            return new Finding(true, line.family() + ", " + line.ratio() + " was not measured");
        }
        double bound =
                metric.moreIsBetter() ? line.expected() / (1 + line.noise()) : line.expected() * (1 + line.noise());
        boolean worse = metric.moreIsBetter() ? spread.median() < bound : spread.median() > bound;
        String facts = String.format(
                Locale.ROOT,
                "%s, %s: %s, was %s, may be %s",
                line.family(),
                line.ratio(),
                Markdown.described(spread),
                Markdown.number(line.expected()),
                Markdown.number(bound));
        return new Finding(worse, facts);
    }
}
