package io.github.duckpool.benchmarks.harness;

import org.jspecify.annotations.Nullable;

/**
 * Which two figures of one case are divided.
 *
 * @param group the case's group
 * @param at the case's place in it
 * @param metric the metric's name
 * @param contender whose figure it is
 * @param over whose figure it is divided by, in the same round; null: by none
 */
public record Ratio(
        String group,
        String at,
        String metric,
        String contender,
        @Nullable String over) {
    @Override
    public String toString() {
        return group + ", " + at + ": " + metric + " of " + contender + (over == null ? "" : " / " + over);
    }
}
