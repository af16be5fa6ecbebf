package io.github.duckpool.benchmarks.harness;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Contenders that are measured in one go, a little of each after a little of the others, because what the machine gives changes from one
 * second to the next by more than they differ. The first turn of a round measures all; each turn takes its part.
 */
public final class Together {
    private final Measurement measurement;
    private final Map<String, Map<String, Double>> measured = new HashMap<>();

    /** Measures all of them. */
    @FunctionalInterface
    public interface Measurement {
        /**
         * Sets up, warms up, measures and cleans up.
         *
         * @param directory empty, and deleted afterwards
         * @return the sample of each contender, by its name
         * @throws Exception if anything fails
         */
        Map<String, Map<String, Double>> measure(Path directory) throws Exception;
    }

    private Together(Measurement measurement) {
        this.measurement = measurement;
    }

    /**
     * Makes the contenders of one case.
     *
     * @param names their names
     * @param measurement gives a sample for each name
     * @return the contenders, in this order
     */
    public static List<Contender> contenders(List<String> names, Measurement measurement) {
        Together together = of(measurement);
        return names.stream()
                .map(name -> new Contender(name, together.turn(name)))
                .toList();
    }

    /**
     * Makes what several cases share.
     *
     * @param measurement gives a sample for each {@linkplain #turn part}
     * @return what measures it, once in each round
     */
    public static Together of(Measurement measurement) {
        return new Together(measurement);
    }

    /**
     * Makes the turn that takes one part.
     *
     * @param part the measurement's name for it; no other turn takes the same
     * @return the turn
     */
    public Turn turn(String part) {
        return directory -> part(part, directory);
    }

    /**
     * What is in the middle of them.
     *
     * @param values at least one; left as they are
     * @return the median
     */
    public static double median(double... values) {
        return Objects.requireNonNull(Figures.Spread.of(values), "no value").median();
    }

    private Map<String, Double> part(String name, Path directory) throws Exception {
        if (!measured.containsKey(name)) {
            measured.clear();
            measured.putAll(measurement.measure(directory));
        }
        return Objects.requireNonNull(measured.remove(name), name);
    }
}
