package io.github.duckpool.examples.letters;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnsTest {

    @TempDir
    private Path directory;

    private static Lane lane(String name, long... holdings) {
        Lane lane = new Lane(name, 0);
        for (int i = 0; i < holdings.length; i += 2) {
            lane.change(Hold.WAITING, holdings[i] - 5);
            lane.change(Hold.HOLDING, holdings[i]);
            lane.change(Hold.IDLE, holdings[i + 1]);
        }
        return lane;
    }

    @Test
    void countsHandOvers() {
        List<Lane> lanes = List.of(lane("a", 10, 20, 30, 40, 70, 80), lane("b", 45, 60));
        assertThat(Turns.of(lanes)).isEqualTo(new Turns(2, 0));
        assertThat(Turns.of(List.of())).isEqualTo(new Turns(0, 0));
    }

    @Test
    void noticesTwoAtOnce() {
        assertThat(Turns.of(List.of(lane("a", 10, 50), lane("b", 20, 30), lane("c", 40, 60))))
                .isEqualTo(new Turns(2, 2));
    }

    @Test
    void aLaneIsASequenceOfSpans() {
        assertThat(lane("a", 10, 20).spans())
                .containsExactly(
                        new Span(Hold.IDLE, 0, 5), new Span(Hold.WAITING, 5, 10), new Span(Hold.HOLDING, 10, 20));
    }

    @Test
    void thePictureIsXmlWithABarForEachTurn() throws Exception {
        String svg = Timeline.svg(
                List.of(lane("a <b>", 100_000, 200_000, 300_000, 400_000), lane("c", 210_000, 290_000)),
                0,
                500_000,
                "1 & 2");
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        // The background, and in each of two strips three turns and three waits.
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(1 + 2 * 6);
    }

    @Test
    void theSourceReportsWhenTheFileIsHeld() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        TurnWatch watch = new TurnWatch(new Report(new PrintStream(said, true, StandardCharsets.UTF_8)), new Tally());
        Path file = directory.resolve("letters.duckdb");
        try (DuckPool pool = DuckPool.builder()
                .dataSource(new WatchedSource(file, watch))
                .database(file)
                .build()) {
            assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
            for (int i = 0; i < 3; i++) {
                try (Connection one = pool.getConnection();
                        Connection other = pool.getConnection()) {
                    assertThat(one).isNotSameAs(other);
                }
            }
            assertThat(said.toString(StandardCharsets.UTF_8)).matches("hold HOLDING \\d+\\R");
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).matches("hold HOLDING \\d+\\Rhold IDLE \\d+\\R");
    }

    @Test
    void figuresSurviveTheirLine() {
        Figures figures = new Figures(12, 1.5, 1.25, 2, 3, 4, 5.5, 6, 7, 8);
        assertThat(Figures.parse(figures.format())).isEqualTo(figures);
        assertThat(Figures.parse("queries=12.000 mean=1.500 p50=1.250 p95=2 p99=3 waits=4 longest=5.5 met=6 reached=7"
                        + " errors=8"))
                .isEqualTo(figures);
    }

    @Test
    void aPythonMustReadWhatTheDriverWrites() {
        assertThat(Python.judge("python3", "2.0.0", "2.0.0").canTakePart()).isTrue();
        assertThat(Python.judge("python3", "2.1.0", "2.0.0").canTakePart()).isTrue();
        assertThat(Python.judge("python3", "1.5.6", "2.0.0").finding())
                .isEqualTo("python3 has duckdb 1.5.6, and the file is written by 2.0.0");
        assertThat(Python.judge("python3", "", "2.0.0").finding()).isEqualTo("python3 has no duckdb package");
    }
}
