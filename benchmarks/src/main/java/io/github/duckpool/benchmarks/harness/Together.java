package io.github.duckpool.benchmarks.harness;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Contenders that are measured in one go, a little of each after a little of the others, because what the machine gives changes from one
 * second to the next by more than they differ. The first turn of a round measures all; each turn takes its part, or throws what kept it from
 * being measured. For one thread.
 */
public final class Together {
    private final PartialMeasurement measurement;

    /** What came of the round so far; null before the first. */
    private @Nullable Samples samples;

    /** Whose turns of this round have been. A round gives each one turn: whoever comes again is in the next one. */
    private final Set<String> taken = new HashSet<>();

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

    /** Measures all of them, and goes on if one fails. */
    @FunctionalInterface
    public interface PartialMeasurement {
        /**
         * Sets up, warms up, measures and cleans up.
         *
         * @param directory empty, and deleted afterwards
         * @param samples is told what each part came to
         * @throws Exception if nothing that was measured counts
         */
        void measure(Path directory, Samples samples) throws Exception;
    }

    /** What each part of one measurement came to. For one thread. */
    public static final class Samples {
        private final Map<String, Map<String, Double>> measured = new HashMap<>();
        private final Map<String, Exception> failures = new HashMap<>();

        /** Why there is nothing else; an exception or a {@link LinkageError}. */
        private @Nullable Throwable failure;

        /** For one measurement. */
        public Samples() {}

        /**
         * A part was measured.
         *
         * @param part its name
         * @param sample a value for each metric
         */
        public void put(String part, Map<String, Double> sample) {
            measured.put(part, sample);
        }

        /**
         * A part failed; the others count.
         *
         * @param part its name
         * @param why what its turn throws
         */
        public void fail(String part, Exception why) {
            failures.put(part, why);
        }

        /**
         * What came of a part.
         *
         * @param part its name
         * @return its sample
         * @throws Exception why it has none
         */
        public Map<String, Double> of(String part) throws Exception {
            Exception own = failures.get(part);
            if (own != null) {
                throw own;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof Exception exception) {
                throw exception;
            }
            Map<String, Double> sample = measured.get(part);
            if (sample == null) {
                throw new IllegalStateException("nothing was measured of " + part);
            }
            return sample;
        }
    }

    private Together(PartialMeasurement measurement) {
        this.measurement = measurement;
    }

    /**
     * Makes the contenders of one case. If the measurement fails, all of them have failed in this round.
     *
     * @param names their names
     * @param measurement gives a sample for each name
     * @return the contenders, in this order
     */
    public static List<Contender> contenders(List<String> names, Measurement measurement) {
        Together together =
                of((directory, samples) -> measurement.measure(directory).forEach(samples::put));
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
    public static Together of(PartialMeasurement measurement) {
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
        Samples round = samples;
        if (round == null || !taken.add(name)) {
            taken.clear();
            taken.add(name);
            samples = null;
            round = measure(directory);
            samples = round;
        }
        return round.of(name);
    }

    /** Remembers what was thrown: the other turns of this round would find nothing else, and take as long. */
    private Samples measure(Path directory) throws InterruptedException {
        Samples round = new Samples();
        try {
            measurement.measure(directory, round);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            round.failure = e;
        }
        return round;
    }
}
