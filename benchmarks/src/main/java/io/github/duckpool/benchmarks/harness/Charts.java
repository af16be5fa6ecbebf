package io.github.duckpool.benchmarks.harness;

import io.github.duckpool.benchmarks.harness.Figures.Row;
import io.github.duckpool.benchmarks.harness.Figures.Spread;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler;

/**
 * A chart of the first metric for every group: lines over the places of a group, bars over the contenders where there is one
 * place. The axis is logarithmic when the greatest value is more than 30 times the least.
 */
final class Charts {
    private static final double LOGARITHMIC_FROM = 30;

    private Charts() {}

    /** Writes the charts of a family, as {@code prefix-family-n.svg}; returns their names. */
    static List<String> write(Path directory, String prefix, Figures figures) throws IOException {
        List<String> names = new ArrayList<>();
        for (String group : figures.groups()) {
            CategoryChart chart = chart(figures, group, figures.metrics(group).get(0));
            if (chart != null) {
                String name = name(prefix, figures, names.size() + 1);
                VectorGraphicsEncoder.saveVectorGraphic(
                        chart, directory.resolve(name).toString(), VectorGraphicsFormat.SVG);
                names.add(name);
            }
        }
        return names;
    }

    /** What the n-th chart of a family is called. */
    static String name(String prefix, Figures figures, int n) {
        return prefix + "-" + figures.family().name() + "-" + n + ".svg";
    }

    private static @Nullable CategoryChart chart(Figures figures, String group, Metric metric) {
        List<Row> rows = figures.rows(group);
        List<String> places = rows.stream().map(row -> row.at).distinct().toList();
        List<String> contenders =
                rows.stream().map(row -> row.contender).distinct().toList();
        double[] values = rows.stream()
                .mapToDouble(row -> median(row, metric))
                .filter(value -> value > 0 && Double.isFinite(value))
                .toArray();
        if (values.length == 0) {
            return null;
        }
        boolean lines = places.size() > 1;
        CategoryChart chart = new CategoryChartBuilder()
                .width(760)
                .height(420)
                .title(group + (lines ? "" : ", " + places.get(0)))
                .yAxisTitle(metric.title())
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setOverlapped(lines);
        if (lines) {
            chart.getStyler().setDefaultSeriesRenderStyle(CategorySeries.CategorySeriesRenderStyle.Line);
            logarithmicIfWide(chart, values);
            for (String contender : contenders) {
                // A place that was not measured is a gap in the line.
                chart.addSeries(
                        contender,
                        places,
                        places.stream()
                                .map(at -> boxed(figures.row(group, at, contender), metric))
                                .toList());
            }
        } else {
            chart.getStyler().setLegendVisible(false);
            chart.addSeries(
                    metric.name(),
                    contenders,
                    contenders.stream()
                            .map(contender -> boxed(figures.row(group, places.get(0), contender), metric))
                            .toList());
        }
        return chart;
    }

    private static void logarithmicIfWide(CategoryChart chart, double[] values) {
        double least = DoubleStream.of(values).min().orElse(1);
        double greatest = DoubleStream.of(values).max().orElse(1);
        if (greatest > LOGARITHMIC_FROM * least) {
            chart.getStyler().setYAxisMin(null);
            chart.getStyler().setYAxisLogarithmic(true);
        }
    }

    private static @Nullable Double boxed(@Nullable Row row, Metric metric) {
        double value = row == null ? Double.NaN : median(row, metric);
        return Double.isFinite(value) ? value : null;
    }

    private static double median(Row row, Metric metric) {
        Spread spread = row.spread(metric.name());
        return spread == null ? Double.NaN : spread.median();
    }
}
