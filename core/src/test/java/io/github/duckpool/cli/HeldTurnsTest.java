package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands inside turns are told of them. */
class HeldTurnsTest {
    @ParameterizedTest
    @ValueSource(strings = {"/a", "/a:b", "/a\\b", "/a\\:b:", "/a\nb", "C:\\letters", "/a\\\\", "a@b", "@"})
    void anyNameComesThrough(String file) {
        HeldTurns turns =
                HeldTurns.parse(HeldTurns.parse("1@/other").with("2.3", file).toString());

        assertThat(turns.contain(file)).as(turns.toString()).isTrue();
        assertThat(turns.contain("/other")).isTrue();
        assertThat(turns.contain("/a:")).isFalse();
        HeldTurns more = HeldTurns.parse(turns.with("4", "/more").toString());
        assertThat(more.contain(file)).isTrue();
        assertThat(more.without("2.3"::equals).contain(file)).isFalse();
        assertThat(more.without("2.3"::equals).contain("/more")).isTrue();
    }

    @Test
    void none() {
        for (HeldTurns turns : List.of(HeldTurns.parse(null), HeldTurns.parse(""))) {
            assertThat(turns.toString()).isEmpty();
            assertThat(turns.contain("")).isFalse();
            assertThat(turns.behind("/a")).isEmpty();
        }
    }

    @Test
    void theOrderOfThePathsIsKept() {
        HeldTurns turns = HeldTurns.parse("1@/b").with("2", "/d");

        assertThat(turns.behind("/e")).isEmpty();
        assertThat(turns.behind("/c")).contains("/d");
        assertThat(turns.behind("/a")).contains("/d");
    }

    @Test
    void aRunnerThatHasEndedIsKnownOnlyWhereItsNumberMeansIt() throws Exception {
        String self = HeldTurns.self();
        String pid = Long.toString(ProcessHandle.current().pid());
        String namespace = self.substring(pid.length());
        Process process = new ProcessBuilder(
                        List.of(ProcessHandle.current().info().command().orElseThrow(), "-version"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();

        assertThat(HeldTurns.hasEnded(self)).isFalse();
        assertThat(HeldTurns.hasEnded(process.pid() + namespace)).isTrue();
        assertThat(HeldTurns.hasEnded(process.pid() + ".1" + namespace)).isFalse();
        assertThat(HeldTurns.hasEnded("")).isFalse();
    }
}
