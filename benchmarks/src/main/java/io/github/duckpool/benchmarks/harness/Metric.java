package io.github.duckpool.benchmarks.harness;

/**
 * Something that every turn of a family measures. Immutable.
 *
 * @param name what is measured, unique in its family: "p99 wait"
 * @param unit the unit of its values: "ms"
 * @param moreIsBetter whether a greater value is the better one
 */
public record Metric(String name, String unit, boolean moreIsBetter) {
    /**
     * A cost: the less, the better.
     *
     * @param name what is measured
     * @param unit the unit of its values
     * @return the metric
     */
    public static Metric cost(String name, String unit) {
        return new Metric(name, unit, false);
    }

    /**
     * A gain: the more, the better.
     *
     * @param name what is measured
     * @param unit the unit of its values; empty for a number without one
     * @return the metric
     */
    public static Metric gain(String name, String unit) {
        return new Metric(name, unit, true);
    }

    String title() {
        return unit.isEmpty() ? name : name + ", " + unit;
    }
}
