package io.github.duckpool.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a check has found, in the order in which it looked, and the figures behind it. Used by one thread. */
final class Findings {
    private final List<Finding> findings = new ArrayList<>();
    private final Json facts = new Json();

    /** How good or bad a finding is. */
    enum Level {
        /** As it should be. */
        OK,
        /** Not known, or not as it should be, which need not matter. */
        WARNING,
        /** It does matter. */
        PROBLEM
    }

    private record Finding(Level level, String subject, String text) {}

    void ok(String subject, String text) {
        findings.add(new Finding(Level.OK, subject, text));
    }

    void warn(String subject, String text) {
        findings.add(new Finding(Level.WARNING, subject, text));
    }

    void problem(String subject, String text) {
        findings.add(new Finding(Level.PROBLEM, subject, text));
    }

    void add(Level level, String subject, String text) {
        findings.add(new Finding(level, subject, text));
    }

    /** A figure or name for programs. */
    Json facts() {
        return facts;
    }

    Level worst() {
        return findings.stream().map(Finding::level).max(Level::compareTo).orElse(Level.OK);
    }

    List<String> lines(int width) {
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            String label = String.format("  %-7s  %-11s  ", word(finding.level), finding.subject);
            for (String line : Text.wrap(finding.text, width - label.length())) {
                lines.add(label + line);
                label = " ".repeat(label.length());
            }
        }
        return lines;
    }

    List<Json> json() {
        return findings.stream()
                .map(finding -> new Json()
                        .with("level", word(finding.level))
                        .with("subject", finding.subject)
                        .with("text", finding.text))
                .toList();
    }

    static String word(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
