package io.github.duckpool.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures in the project's README: what a report writes there, and that they are those of the newest report. */
class SummaryTest {
    private static final String SUMMARY = "-summary.md";
    private static final Path MODULE = Path.of("").toAbsolutePath();

    @Test
    void theReadmeShowsTheNewestReport() throws Exception {
        Path root = Files.isDirectory(MODULE.resolve("benchmarks")) ? MODULE : MODULE.getParent();
        String shown = Summary.shownIn(Files.readString(root.resolve("README.md")));
        assertThat(shown).as("the README has the marks").isNotNull();
        Optional<Path> newest = newest(root.resolve("benchmarks").resolve("results"));
        if (newest.isPresent()) {
            assertThat(shown).isEqualTo(Files.readString(newest.get()));
        } else {
            assertThat(shown).as("no report, no figures").doesNotContain("Measured on");
        }
    }

    private static Optional<Path> newest(Path results) throws Exception {
        if (!Files.isDirectory(results)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(results)) {
            return files.filter(file -> file.toString().endsWith(SUMMARY)).max(Path::compareTo);
        }
    }

    @Test
    void missedTargetsComeFirstAndLostFiguresStandBesideWonOnes(@TempDir Path directory) throws Exception {
        Figures figures = Rounds.run(new Two(), Effort.REPORT);
        List<String> charts =
                Charts.write(directory, Provenance.ofNow("c").date().toString(), figures);
        String summary = Summary.of(Provenance.ofNow("report"), List.of(figures), Path.of("some", "results"));
        assertThat(summary)
                .contains("0 of 1 targets were met; missed:")
                .contains("| two: at most 5 | ≤ 5.00 | 10.0 (10.0–10.0) |")
                .contains("![two](some/results/" + charts.get(0) + ")")
                .contains("**two: g; time, ns**")
                .contains("| | 1 | 2 |")
                .contains("| ours | 10.0 | 20.0 |")
                .contains("| theirs | 5.00 ×0.500 | – |");
        String readme = "# Project\n<!-- figures: written by the report -->\nold\n<!-- end of figures -->\nrest\n";
        String written = Summary.replacedIn(readme, summary);
        assertThat(written)
                .startsWith("# Project\n")
                .endsWith("<!-- end of figures -->\nrest\n")
                .doesNotContain("old\n");
        assertThat(Summary.shownIn(written)).isEqualTo(summary);
        assertThat(Summary.replacedIn("no marks", summary)).isEqualTo("no marks");
        assertThat(Summary.shownIn("no marks")).isNull();
    }

    /** A family of two cases, one of them with one contender only. */
    private record Two() implements Family {
        @Override
        public String name() {
            return "two";
        }

        @Override
        public String question() {
            return "Which?";
        }

        @Override
        public boolean isHeadline() {
            return true;
        }

        @Override
        public List<Metric> metrics() {
            return List.of(Metric.cost("never measured", ""), Metric.cost("time", "ns"));
        }

        @Override
        public String reference() {
            return "ours";
        }

        @Override
        public List<Case> cases(Effort effort) {
            return List.of(
                    Case.of(
                            "g",
                            "1",
                            List.of("ours", "theirs"),
                            name -> directory -> Map.of("time", name.equals("ours") ? 10.0 : 5.0)),
                    Case.of("g", "2", List.of("ours"), name -> directory -> Map.of("time", 20.0)));
        }

        @Override
        public Duration budget(Effort effort) {
            return Duration.ZERO;
        }

        @Override
        public int leastRounds(Effort effort) {
            return 1;
        }

        @Override
        public List<Target> targets() {
            return List.of(Target.atMost("at most 5", new Ratio("g", "1", "time", "ours", null), 5));
        }
    }
}
