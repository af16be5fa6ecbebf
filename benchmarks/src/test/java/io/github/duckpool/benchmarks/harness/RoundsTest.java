package io.github.duckpool.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interleaved rounds, their ratios, and what is written of them. */
class RoundsTest {
    private static final Ratio OURS_TO_THEIRS = new Ratio("g", "1", "time", "ours", "theirs");

    private final List<String> turns = new ArrayList<>();
    private final Set<Path> directories = new HashSet<>();

    private Turn takes(String name, double... times) {
        int[] round = {0};
        return directory -> {
            assertThat(directory).isEmptyDirectory();
            Files.writeString(directory.resolve("left behind"), name);
            directories.add(directory);
            turns.add(name);
            double time = times[round[0]++ % times.length];
            if (time < 0) {
                throw new IllegalStateException("out of order");
            }
            return Map.of("time", time, "rate", 1 / time);
        };
    }

    private Figures run(Case... cases) throws Exception {
        return Rounds.run(new Fake(List.of(cases)), Effort.REPORT);
    }

    @Test
    void everyRoundGoesThroughAllAndBeginsWithAnother() throws Exception {
        Figures figures = run(new Case(
                "g", "1", List.of(new Contender("ours", takes("o", 1)), new Contender("theirs", takes("t", 2)))));
        assertThat(figures.rounds()).isEqualTo(3);
        assertThat(turns).containsExactly("o", "t", "t", "o", "o", "t");
        assertThat(directories).hasSize(6).allSatisfy(directory -> assertThat(directory)
                .doesNotExist());
    }

    @Test
    void aRatioComparesTurnsOfTheSameRound() throws Exception {
        Figures figures = run(new Case(
                "g",
                "1",
                List.of(new Contender("ours", takes("o", 1, 3, 30)), new Contender("theirs", takes("t", 2, 6, 20)))));
        Figures.Spread ratio = figures.spread(OURS_TO_THEIRS);
        assertThat(ratio).isEqualTo(new Figures.Spread(0.5, 0.5, 1.5));
        assertThat(figures.spread(new Ratio("g", "1", "time", "ours", null))).isEqualTo(new Figures.Spread(3, 1, 30));
        assertThat(figures.spread(new Ratio("g", "2", "time", "ours", null))).isNull();
    }

    @Test
    void whoFailsIsReportedAndTheOthersGoOn() throws Exception {
        Figures figures = run(new Case(
                "g", "1", List.of(new Contender("ours", takes("o", 1)), new Contender("theirs", takes("t", -1)))));
        assertThat(figures.row("g", "1", "theirs").failure).hasMessage("out of order");
        assertThat(figures.spread(OURS_TO_THEIRS)).isNull();
        assertThat(figures.row("g", "1", "ours").spread("time").median()).isEqualTo(1);
        assertThat(Markdown.of(Provenance.ofNow("test"), List.of(figures), Map.of()))
                .contains("| theirs | failed | failed |")
                .contains("**theirs failed** (g, 1): java.lang.IllegalStateException: out of order");
    }

    @Test
    void whatACaseOfAGroupDoesNotMeasureIsADashAndNoFailure() throws Exception {
        Figures figures = run(
                new Case("g", "1", List.of(new Contender("ours", takes("o", 1)))),
                new Case("g", "2", List.of(new Contender("ours", directory -> Map.of("time", 2.0)))));
        assertThat(Markdown.of(Provenance.ofNow("test"), List.of(figures), Map.of()))
                .contains("| ours | 1.00 (1.00–1.00) | – |")
                .doesNotContain("failed");
    }

    @Test
    void tablesShowMediansSpreadsRatiosAndTargetsThatWereMissed(@TempDir Path directory) throws Exception {
        Figures figures = run(
                new Case(
                        "g",
                        "1",
                        List.of(
                                new Contender("ours", takes("o", 10, 11, 12)),
                                new Contender("theirs", takes("t", 20, 22, 24)))),
                new Case(
                        "g",
                        "2",
                        List.of(new Contender("ours", takes("o", 40)), new Contender("theirs", takes("t", 20)))),
                new Case(
                        "h",
                        "1",
                        List.of(new Contender("ours", takes("o", 1000)), new Contender("theirs", takes("t", 20)))));
        List<String> charts = Charts.write(directory, "day", figures);
        assertThat(charts).containsExactly("day-fake-1.svg", "day-fake-2.svg");
        assertThat(directory.resolve("day-fake-1.svg")).content().contains("<svg", "</svg>");
        assertThat(Markdown.of(Provenance.ofNow("test"), List.of(figures), Map.of("fake", charts)))
                .contains("| | 1 | 2 |")
                .contains("| ours | 11.0 (10.0–12.0) | 40.0 (40.0–40.0) |")
                .contains("| theirs | 22.0 (20.0–24.0) ×2.00 | 20.0 (20.0–20.0) ×0.500 |")
                .contains("| | time, ns | rate, 1/ns |")
                .contains("| half of theirs at 1 | ≤ 0.500 | 0.500 (0.500–0.500) | met |")
                .contains("| half of theirs at 2 | ≤ 0.500 | 2.00 (2.00–2.00) | **missed** |")
                .contains("![day-fake-2.svg](day-fake-2.svg)");
        assertThat(JsonReport.of(Provenance.ofNow("a \"quoted\" command"), List.of(figures)))
                .contains("\"command\": \"a \\\"quoted\\\" command\"")
                .contains("\"time, ns\": [10.0000, 11.0000, 12.0000]");
    }

    @Test
    void theGuardComplainsOfWhatGotWorseByMoreThanItsNoise() throws Exception {
        Figures figures = run(new Case(
                "g", "1", List.of(new Contender("ours", takes("o", 12)), new Contender("theirs", takes("t", 20)))));
        assertThat(Guard.parse("# comment\n\nfake | g | 1 | time | ours | theirs | 0.5 | 0.25")
                        .check(figures))
                .singleElement()
                .matches(finding -> !finding.worse());
        assertThat(Guard.parse("fake | g | 1 | time | ours | theirs | 0.5 | 0.1")
                        .check(figures))
                .singleElement()
                .matches(Guard.Finding::worse)
                .asString()
                .contains("0.600", "was 0.500", "may be 0.550");
        assertThat(Guard.parse("fake | g | 1 | rate | ours | theirs | 2 | 0.25").check(figures))
                .singleElement()
                .matches(finding -> !finding.worse());
        assertThat(Guard.parse("fake | g | 1 | rate | ours | theirs | 2 | 0.1").check(figures))
                .singleElement()
                .matches(Guard.Finding::worse);
        assertThat(Guard.parse("fake | g | 9 | time | ours | theirs | 0.5 | 0.1")
                        .check(figures))
                .singleElement()
                .matches(Guard.Finding::worse)
                .asString()
                .contains("was not measured");
        assertThat(Guard.parse("other | g | 9 | time | ours | theirs | 0.5 | 0.1")
                        .check(figures))
                .isEmpty();
    }

    @Test
    void aQuickRunHasOneRoundAndMoreOnDemand() throws Exception {
        Case each = new Case(
                "g", "1", List.of(new Contender("ours", takes("o", 9, 1)), new Contender("theirs", takes("t", 2))));
        Figures figures = Rounds.run(new Fake(List.of(each)), Effort.QUICK);
        assertThat(turns).containsExactly("o", "t");
        assertThat(figures.spread(OURS_TO_THEIRS).median()).isEqualTo(4.5);
        Rounds.more(2, figures, Effort.QUICK);
        assertThat(turns).containsExactly("o", "t", "t", "o", "o", "t");
        assertThat(figures.rounds()).isEqualTo(3);
        assertThat(figures.spread(OURS_TO_THEIRS)).isEqualTo(new Figures.Spread(4.5, 0.5, 4.5));
    }

    /** A slow-down of half, of which the first round showed a third; and a round as bad among others that are as before. */
    @Test
    void whatIsWorseButNotInTheFirstRoundIsFoundInDoubt() throws Exception {
        Guard guard = Guard.parse("fake | g | 1 | time | ours | theirs | 1 | 0.4");
        for (boolean slower : new boolean[] {true, false}) {
            Case each = new Case(
                    "g",
                    "1",
                    List.of(
                            new Contender("ours", slower ? takes("o", 13, 15, 15) : takes("o", 13, 11, 11)),
                            new Contender("theirs", takes("t", 10))));
            Figures figures = Rounds.run(new Fake(List.of(each)), Effort.QUICK);
            assertThat(guard.check(figures)).singleElement().matches(finding -> finding.doubtful() && !finding.worse());

            assertThat(guard.judge(figures)).singleElement().matches(finding -> finding.worse() == slower);
            assertThat(figures.rounds()).isEqualTo(5);
        }
        Figures asBefore = run(new Case(
                "g", "1", List.of(new Contender("ours", takes("o", 11)), new Contender("theirs", takes("t", 10)))));
        int rounds = asBefore.rounds();
        assertThat(guard.judge(asBefore)).singleElement().matches(finding -> !finding.doubtful());
        assertThat(asBefore.rounds()).isEqualTo(rounds);
    }

    @Test
    void whatCantBeDrawnIsLeftOutOfAChart(@TempDir Path directory) throws Exception {
        Figures figures = run(
                new Case("g", "1", List.of(new Contender("ours", takes("o", 1)))),
                new Case("g", "2", List.of(new Contender("ours", takes("o", Double.POSITIVE_INFINITY)))));
        assertThat(Charts.write(directory, "day", figures)).containsExactly("day-fake-1.svg");
    }

    @Test
    void aLibraryThatIsMissingFailsItsContenderAlone() throws Exception {
        Figures figures = run(
                new Case("g", "1", List.of(new Contender("ours", takes("o", 1)), new Contender("theirs", directory -> {
                    throw new NoClassDefFoundError("some/Cache");
                }))));
        assertThat(figures.row("g", "1", "theirs").failure).isInstanceOf(NoClassDefFoundError.class);
        assertThat(figures.row("g", "1", "ours").failure).isNull();
    }

    @Test
    void whatIsMeasuredTogetherIsMeasuredOnceInARoundThoughItFails() throws Exception {
        List<Integer> measured = new ArrayList<>();
        Figures figures = run(new Case("g", "1", Together.contenders(List.of("ours", "theirs"), directory -> {
            measured.add(measured.size());
            if (measured.size() == 2) {
                throw new IllegalStateException("out of order");
            }
            return Map.of("ours", Map.of("time", 1.0), "theirs", Map.of("time", 2.0));
        })));
        assertThat(measured).hasSize(3);
        for (String name : List.of("ours", "theirs")) {
            assertThat(figures.row("g", "1", name).failure).hasMessage("out of order");
            assertThat(figures.row("g", "1", name).rounds)
                    .satisfiesExactly(
                            sample -> assertThat(sample).isNotNull(),
                            sample -> assertThat(sample).isNull(),
                            sample -> assertThat(sample).isNotNull());
        }
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetween() {
        assertThat(Figures.Spread.of(new double[] {4, 1, 2, Double.NaN, 3}).median())
                .isCloseTo(2.5, within(1e-9));
    }

    /** A family whose cases are given. */
    private record Fake(List<Case> given) implements Family {
        @Override
        public String name() {
            return "fake";
        }

        @Override
        public String question() {
            return "Which?";
        }

        @Override
        public List<Metric> metrics() {
            return List.of(Metric.cost("time", "ns"), Metric.gain("rate", "1/ns"));
        }

        @Override
        public String reference() {
            return "ours";
        }

        @Override
        public List<Case> cases(Effort effort) {
            return given;
        }

        @Override
        public Duration budget(Effort effort) {
            return Duration.ZERO;
        }

        @Override
        public List<Target> targets() {
            return List.of(
                    Target.atMost("half of theirs at 1", OURS_TO_THEIRS, 0.5),
                    Target.atMost("half of theirs at 2", new Ratio("g", "2", "time", "ours", "theirs"), 0.5),
                    Target.atMost("half of theirs at 3", new Ratio("g", "3", "time", "ours", "theirs"), 0.5));
        }
    }
}
