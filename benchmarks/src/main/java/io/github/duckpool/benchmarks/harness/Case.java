package io.github.duckpool.benchmarks.harness;

import java.util.List;
import java.util.function.Function;

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

    /**
     * A case whose contenders differ in their name alone.
     *
     * @param group the settings that stay the same
     * @param at the one that grows
     * @param names who takes part, in the order of the tables
     * @param turn makes the turn of the contender with this name
     * @return the case
     */
    public static Case of(String group, String at, List<String> names, Function<String, ? extends Turn> turn) {
        return new Case(
                group,
                at,
                names.stream()
                        .map(name -> new Contender(name, turn.apply(name)))
                        .toList());
    }

    /**
     * A number of threads as a place.
     *
     * @param count how many
     * @return "1 thread", "2 threads"
     */
    public static String threads(int count) {
        return count == 1 ? "1 thread" : count + " threads";
    }
}
