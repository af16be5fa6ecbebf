package io.github.duckpool.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A summary says what was lost in the tables that it leaves out. */
class BehindTest {
    @Test
    void whatIsLostInTablesThatAreLeftOutIsListed() throws Exception {
        Figures figures = Rounds.run(new Races("ours", List.of("ours")), Effort.REPORT);
        assertThat(summary(figures)).endsWith("""

                Behind in every round, in tables that only the report has; ×: the median ratio of who was ahead to ours:

                | table | figure | ahead |
                | --- | --- | --- |
                | races: shown | speed, 1/s | theirs ×2.00 (1), ×2.00 (2) |
                | races: left out | time, ns | theirs ×0.500 (1) |
                """);
    }

    @Test
    void whereThePeerIsTheReferenceEachOfOursIsHeldAgainstIt() throws Exception {
        Figures figures = Rounds.run(new Races("theirs", List.of("ours", "ours too")), Effort.REPORT);
        assertThat(summary(figures))
                .contains(
                        "| races: left out | time, ns | theirs over ours ×0.500 (1); theirs over ours too ×0.250 (1) |")
                .doesNotContain("ours over");
    }

    @Test
    void whereNothingIsLostNothingIsSaid() throws Exception {
        Figures figures = Rounds.run(new Races("theirs", List.of("theirs")), Effort.REPORT);
        assertThat(summary(figures)).doesNotContain("Behind in every round");
    }

    private static String summary(Figures figures) {
        return Summary.of(Provenance.ofNow("report"), List.of(figures), Path.of("results"));
    }

    /**
     * A group whose first metric the summary shows, and one that it leaves out. "theirs" is twice as good as "ours" and four times as
     * good as "ours too", but for one case that it loses in one round of three, and
     * one where a hundredth is no difference.
     */
    private record Races(String reference, List<String> own) implements Family {
        private static final List<String> NAMES = List.of("ours", "ours too", "theirs");

        @Override
        public String name() {
            return "races";
        }

        @Override
        public String question() {
            return "Who?";
        }

        @Override
        public List<Metric> metrics() {
            return List.of(Metric.cost("time", "ns"), Metric.gain("speed", "1/s"));
        }

        @Override
        public List<Case> cases(Effort effort) {
            return List.of(
                    Case.of(
                            "shown",
                            "1",
                            NAMES,
                            name -> directory -> Map.of("time", cost(name), "speed", 8 / cost(name))),
                    Case.of(
                            "shown",
                            "2",
                            NAMES,
                            name -> directory -> Map.of("time", cost(name), "speed", 8 / cost(name))),
                    Case.of("left out", "1", NAMES, name -> directory -> Map.of("time", cost(name))),
                    Case.of("left out", "2", NAMES, Races::unsteady),
                    Case.of("left out", "3", NAMES, name -> directory -> Map.of("time", 100 + cost(name) / 4)));
        }

        private static double cost(String name) {
            return switch (name) {
                case "theirs" -> 1;
                case "ours" -> 2;
                default -> 4;
            };
        }

        private static Turn unsteady(String name) {
            AtomicInteger rounds = new AtomicInteger();
            return directory -> Map.of("time", rounds.incrementAndGet() == 2 ? 3.0 : cost(name));
        }

        @Override
        public Duration budget(Effort effort) {
            return Duration.ZERO;
        }
    }
}
