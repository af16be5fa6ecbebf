package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How wide a terminal shows strangers' text, and that lines are cut and broken by that. */
class ColumnsTest {
    @ParameterizedTest
    @CsvSource({
        "letters.duckdb, 14",
        "手紙.duckdb, 11",
        "편지.duckdb, 11",
        "ｆｕｌｌ, 8",
        "ﾊﾝｶｸ, 4",
        "🦆.duckdb, 9",
        "✉.duckdb, 8",
        "⚡, 2",
        "𠮷野, 4",
        "Ä, 1",
        "e\u0301, 1",
        "…, 1",
        "äöü, 3"
    })
    void wideCharactersCountTwice(String text, int columns) {
        String plain = text.replace("\\u0301", "\u0301");
        assertThat(Columns.of(plain)).as(plain).isEqualTo(columns);
    }

    @Test
    void cutsByColumnsAndNeverWithinACharacter() {
        assertThat(Text.cut("手紙手紙", 8)).isEqualTo("手紙手紙");
        assertThat(Text.cut("手紙手紙", 7)).isEqualTo("手紙手…");
        assertThat(Text.cut("手紙手紙", 6)).isEqualTo("手紙…");
        assertThat(Text.cut("🦆🦆🦆", 4)).isEqualTo("🦆…");
        assertThat(Text.cut("e\u0301e\u0301e\u0301", 2)).isEqualTo("e\u0301…");
        assertThat(Text.cutBefore("手紙手紙", 8)).isEqualTo("手紙手紙");
        assertThat(Text.cutBefore("手紙手紙", 7)).isEqualTo("…紙手紙");
        assertThat(Text.cutBefore("手紙手紙", 6)).isEqualTo("…手紙");
        assertThat(Text.cutBefore("e\u0301e\u0301e\u0301", 2)).isEqualTo("…e\u0301");
        for (int width = 1; width < 12; width++) {
            for (String cut : List.of(Text.cut("a手b🦆c紙", width), Text.cutBefore("a手b🦆c紙", width))) {
                assertThat(Columns.of(cut)).as(cut).isLessThanOrEqualTo(width);
                assertThat(cut.codePoints()).noneMatch(c -> Character.getType(c) == Character.SURROGATE);
            }
        }
    }

    @Test
    void breaksAndFillsByColumns() {
        assertThat(Text.wrap("手紙 手紙 手紙", 9)).containsExactly("手紙 手紙", "手紙");
        assertThat(Text.wrap("手紙 手紙 手紙", 8)).containsExactly("手紙", "手紙", "手紙");
        assertThat(Columns.padded("手紙", 6)).isEqualTo("手紙  ");
        assertThat(Columns.padded("手紙手紙", 6)).isEqualTo("手紙手紙");
    }

    @Test
    void aPictureFitsIntoTheTerminal() {
        List<String> lines = List.of("1", "2", "3", "手紙手紙手紙", "5", "6");

        assertThat(Watch.fitting(lines, new Terminal.Size(9, 8))).containsExactly("1", "2", "3", "手紙手…", "5", "6");
        assertThat(Watch.fitting(lines, new Terminal.Size(8, 80)))
                .containsExactly("1", "2", "3", "手紙手紙手紙", "… and 2 more lines");
        assertThat(Watch.fitting(lines, new Terminal.Size(1, 80))).hasSize(1);
        assertThat(Watch.fitting(List.of("/srv/letters.duckdb: nobody has it"), new Terminal.Size(9, 24)))
                .as("the answer is the end of the first line")
                .containsExactly("…s.duckdb: nobody has it");
    }
}
