package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands inside turns are told of them. */
class HeldTurnsTest {
    @ParameterizedTest
    @ValueSource(strings = {"/a", "/a:b", "/a\\b", "/a\\:b:", "/a\nb", "C:\\letters", "/a\\\\"})
    void anyNameComesThrough(String file) {
        HeldTurns turns = HeldTurns.parse(HeldTurns.parse("/other").with(file).toString());

        assertThat(turns.contain(file)).as(turns.toString()).isTrue();
        assertThat(turns.contain("/other")).isTrue();
        assertThat(turns.contain("/a:")).isFalse();
        assertThat(HeldTurns.parse(turns.with("/more").toString()).contain(file))
                .isTrue();
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
        HeldTurns turns = HeldTurns.parse("/b").with("/d");

        assertThat(turns.behind("/e")).isEmpty();
        assertThat(turns.behind("/c")).contains("/d");
        assertThat(turns.behind("/a")).contains("/d");
    }
}
