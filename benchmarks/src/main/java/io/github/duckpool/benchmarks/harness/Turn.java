package io.github.duckpool.benchmarks.harness;

import java.nio.file.Path;
import java.util.Map;

/** One contender's turn in one case: sets up, warms up, measures, cleans up. It is called once in every round. */
@FunctionalInterface
public interface Turn {
    /**
     * Takes the turn.
     *
     * @param directory empty, the turn's own, deleted afterwards
     * @return a value for each {@linkplain Family#metrics() metric of the family}, by its name
     * @throws Exception if the contender failed; the run goes on, and the report says so
     */
    Map<String, Double> run(Path directory) throws Exception;
}
