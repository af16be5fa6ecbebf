package io.github.duckpool.benchmarks.harness;

/**
 * A promise that a report checks.
 *
 * @param claim the promise in words
 * @param ratio the figure
 * @param atMost whether {@code bound} is the greatest value that keeps the promise, else it is the smallest
 * @param bound the bound
 */
public record Target(String claim, Ratio ratio, boolean atMost, double bound) {
    /**
     * A promise that a figure isn't greater.
     *
     * @param claim the promise in words
     * @param ratio the figure
     * @param bound its greatest value
     * @return the target
     */
    public static Target atMost(String claim, Ratio ratio, double bound) {
        return new Target(claim, ratio, true, bound);
    }

    /**
     * A promise that a figure isn't less.
     *
     * @param claim the promise in words
     * @param ratio the figure
     * @param bound its smallest value
     * @return the target
     */
    public static Target atLeast(String claim, Ratio ratio, double bound) {
        return new Target(claim, ratio, false, bound);
    }

    boolean isMetBy(double value) {
        return atMost ? value <= bound : value >= bound;
    }
}
