package io.github.duckpool.benchmarks.harness;

import java.util.List;

/**
 * One setting under which contenders are compared. Cases of the same group share a table and a chart, in which {@code at} is
 * the column and the x axis.
 *
 * @param group the settings that stay the same: "size 5, DuckDB file"
 * @param at the one that grows: "8 threads"
 * @param contenders who takes part, in the order of the tables
 */
public record Case(String group, String at, List<Contender> contenders) {
    /** Copies the list. */
    public Case {
        contenders = List.copyOf(contenders);
    }
}
