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
    private static final int ROUNDS_OF_DOUBT = 4;

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

    /**
     * What a line found in a run, in words.
     *
     * @param worse whether it got worse by more than its noise, or was not measured at all
     * @param doubtful whether it got worse by more than half of its noise, so that a few rounds can't tell
     */
    record Finding(boolean worse, boolean doubtful, String facts) {
        @Override
        public String toString() {
            return (worse ? "WORSE  " : "ok     ") + facts;
        }
    }

    /**
     * What this family's lines find. One round is a coarse measure: a change that is bad enough may look like noise in it, and noise
     * like a change. So what is in doubt after it is judged by the median of four more.
     */
    List<Finding> judge(Figures figures) throws IOException {
        if (check(figures).stream().anyMatch(Finding::doubtful)) {
            Rounds.more(ROUNDS_OF_DOUBT, figures, Effort.QUICK);
        }
        return check(figures);
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
            return new Finding(true, true, line.family() + ", " + line.ratio() + " was not measured");
        }
        double bound = bound(metric, line, line.noise());
        String facts = String.format(
                Locale.ROOT,
                "%s, %s: %s, was %s, may be %s",
                line.family(),
                line.ratio(),
                Markdown.described(spread),
                Markdown.number(line.expected()),
                Markdown.number(bound));
        return new Finding(
                isBeyond(metric, spread.median(), bound),
                isBeyond(metric, spread.median(), bound(metric, line, line.noise() / 2)),
                facts);
    }

    private static double bound(Metric metric, Line line, double noise) {
        return metric.moreIsBetter() ? line.expected() / (1 + noise) : line.expected() * (1 + noise);
    }

    private static boolean isBeyond(Metric metric, double value, double bound) {
        return metric.moreIsBetter() ? value < bound : value > bound;
    }
}
