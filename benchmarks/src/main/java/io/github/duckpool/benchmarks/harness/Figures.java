package io.github.duckpool.benchmarks.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a family's run measured: one sample for each round, case, contender and metric. For one thread. */
final class Figures {
    /** A median, and the least and the greatest value that it comes from. */
    record Spread(double median, double least, double greatest) {
        static @Nullable Spread of(double[] values) {
            double[] sorted =
                    Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
            if (sorted.length == 0) {
                return null;
            }
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1]);
        }
    }

    /** One contender in one case, and what it did in each round: a sample of every metric, or nothing if it failed. */
    static final class Row {
        final String group;
        final String at;
        final String contender;
        final List<@Nullable Map<String, Double>> rounds = new ArrayList<>();

        @Nullable
        Throwable failure;

        Row(String group, String at, String contender) {
            this.group = group;
            this.at = at;
            this.contender = contender;
        }

        double[] samples(String metric) {
            return rounds.stream()
                    .mapToDouble(sample -> sample == null ? Double.NaN : sample.getOrDefault(metric, Double.NaN))
                    .toArray();
        }

        @Nullable
        Spread spread(String metric) {
            return Spread.of(samples(metric));
        }
    }

    private record Key(String group, String at, String contender) {}

    private final Family family;
    private final Map<Key, Row> rows = new LinkedHashMap<>();
    private int rounds;
    private long nanos;

    Figures(Family family, List<Case> cases) {
        this.family = family;
        for (Case each : cases) {
            for (Contender contender : each.contenders()) {
                Key key = new Key(each.group(), each.at(), contender.name());
                if (rows.put(key, new Row(each.group(), each.at(), contender.name())) != null) {
                    throw new IllegalArgumentException(family.name() + " has two of " + key);
                }
            }
        }
    }

    Family family() {
        return family;
    }

    int rounds() {
        return rounds;
    }

    long nanos() {
        return nanos;
    }

    /** A round more was measured, in so many nanoseconds. */
    void finishedRound(long took) {
        rounds++;
        nanos += took;
    }

    List<Row> rows() {
        return List.copyOf(rows.values());
    }

    List<String> groups() {
        return rows.values().stream().map(row -> row.group).distinct().toList();
    }

    List<Row> rows(String group) {
        return rows.values().stream().filter(row -> row.group.equals(group)).toList();
    }

    /** The metrics that somebody in this group measured; all of the family's if nobody measured any. */
    List<Metric> metrics(String group) {
        List<Metric> measured = family.metrics().stream()
                .filter(metric -> rows(group).stream().anyMatch(row -> row.spread(metric.name()) != null))
                .toList();
        return measured.isEmpty() ? family.metrics() : measured;
    }

    @Nullable
    Row row(String group, String at, String contender) {
        return rows.get(new Key(group, at, contender));
    }

    /** The ratio of each round in which both were measured; null if there was none. */
    @Nullable
    Spread spread(Ratio ratio) {
        Row row = row(ratio.group(), ratio.at(), ratio.contender());
        if (row == null) {
            return null;
        }
        double[] values = row.samples(ratio.metric());
        if (ratio.over() != null) {
            Row over = row(ratio.group(), ratio.at(), ratio.over());
            if (over == null) {
                return null;
            }
            double[] divisors = over.samples(ratio.metric());
            for (int i = 0; i < values.length; i++) {
                values[i] = i < divisors.length ? values[i] / divisors[i] : Double.NaN;
            }
        }
        return Spread.of(values);
    }
}
