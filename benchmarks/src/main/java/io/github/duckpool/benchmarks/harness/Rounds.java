package io.github.duckpool.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a family in rounds. In every round each contender of each case takes its turn, so that a machine that drifts
 * drifts for all alike, and a ratio compares turns that stood side by side. Each round begins with another contender.
 */
final class Rounds {
    private Rounds() {}

    static Figures run(Family family, Effort effort) throws IOException {
        List<Case> cases = family.cases(effort);
        Figures figures = new Figures(family, cases);
        long budgetNanos = family.budget(effort).toNanos();
        int least = family.leastRounds(effort);
        while (figures.rounds() < least || figures.nanos() + figures.nanos() / figures.rounds() <= budgetNanos) {
            round(family, cases, figures);
        }
        return figures;
    }

    /** Adds rounds to what was measured. */
    static void more(int rounds, Figures figures, Effort effort) throws IOException {
        List<Case> cases = figures.family().cases(effort);
        for (int i = 0; i < rounds; i++) {
            round(figures.family(), cases, figures);
        }
    }

    private static void round(Family family, List<Case> cases, Figures figures) throws IOException {
        long begin = System.nanoTime();
        for (Case each : cases) {
            round(family, each, figures.rounds(), figures);
        }
        figures.finishedRound(System.nanoTime() - begin);
        System.err.printf(
                Locale.ROOT,
                "%s: round %d after %d s%n",
                family.name(),
                figures.rounds(),
                TimeUnit.NANOSECONDS.toSeconds(figures.nanos()));
    }

    private static void round(Family family, Case each, int round, Figures figures) throws IOException {
        int count = each.contenders().size();
        for (int i = 0; i < count; i++) {
            Contender contender = each.contenders().get((round + i) % count);
            Figures.Row row = figures.row(each.group(), each.at(), contender.name());
            if (row != null) {
                row.rounds.add(turn(family, contender, row));
            }
        }
    }

    private static @Nullable Map<String, Double> turn(Family family, Contender contender, Figures.Row row)
            throws IOException {
        Path directory = Files.createTempDirectory("duckpool-benchmark");
        try {
            Map<String, Double> sample = contender.turn().run(directory);
            List<String> known = family.metrics().stream().map(Metric::name).toList();
            if (sample.isEmpty() || !known.containsAll(sample.keySet())) {
                throw new IllegalStateException("the turn must measure some of " + known + ", was " + sample.keySet());
            }
            return sample;
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } catch (Exception | LinkageError e) { // also a library that another one lacks
            System.err.printf("%s, %s, %s: %s failed: %s%n", family.name(), row.group, row.at, row.contender, e);
            row.failure = e;
            return null;
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
