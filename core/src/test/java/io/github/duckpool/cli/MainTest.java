package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a whole: help, versions, errors, and how facts are written. */
class MainTest {
    private static final List<String> COMMANDS = List.of("who", "check", "watch", "free", "run");

    @Test
    void helpAndVersionAreNoErrors() {
        Cli help = Cli.run("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains(COMMANDS).contains("Exit codes:");
        for (String command : COMMANDS) {
            Cli its = Cli.run(command, "--help");
            assertThat(its.exitCode()).isZero();
            assertThat(its.out()).contains("Usage: duckpool " + command, "FILE", "Exit codes:");
            assertThat(its.out().lines()).allMatch(line -> line.length() <= 80);
        }
        Cli version = Cli.run("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).contains("duckpool ", "DuckDB v", "Java " + Runtime.version());
    }

    @Test
    void theCompletionKnowsEveryCommand() {
        Cli completion = Cli.run("generate-completion");
        assertThat(completion.exitCode()).isZero();
        assertThat(completion.out()).contains(COMMANDS).contains("--timeout", "complete -F");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "who",
                "what",
                "who --bad",
                "who a b",
                "watch x --interval 1ms",
                "free x --grace soon",
                "who a\0b"
            })
    void wrongArgumentsAreTwo(String line) {
        Object[] arguments = Arrays.stream(line.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toArray();
        Cli wrong = Cli.run(arguments);

        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).startsWith("duckpool: ").hasLineCount(1);
        assertThat(wrong.out()).isEmpty();
    }

    @Test
    void aStackTraceComesOnlyIfAsked() {
        assertThat(Cli.run("who", "no/such/file").err()).hasLineCount(1);
        assertThat(Cli.run("who", "no/such/file", "-v").err()).contains("\tat io.github.duckpool.");
    }

    @Test
    void errorsTellTheRemedy() {
        assertThat(FailureText.of(new AccessDeniedException("/x")))
                .isEqualTo(
                        "/x: this user may not look at it; become its owner, or ask for the permission on its directories");
        assertThat(FailureText.of(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @ParameterizedTest
    @CsvSource({"30,PT30S", "1.5s,PT1.5S", "500ms,PT0.5S", "5m,PT5M", "2h,PT2H", "PT3S,PT3S", "0,PT0S"})
    void timesAreReadAsTheyAreWritten(String text, Duration time) {
        assertThat(new TimeConverter().convert(text)).isEqualTo(time);
    }

    @Test
    void strangersTextStaysOnItsLine() throws Exception {
        String text = "a\nb\r\tc\u001b[31m\u202e\ud800 é 日本 \ud83e\udd86";
        assertThat(Text.line(text)).isEqualTo("a\\nb\\r\\tc\\u001b[31m\\u202e\\ud800 é 日本 \ud83e\udd86");
        assertThat(Text.command(List.of("sh", "-c", "it's", "a\nb", ""))).isEqualTo("sh -c 'it'\\''s' 'a\\nb' ''");
        var json = new Json()
                .with("text", text)
                .with("list", List.of(1, true, new Json().with("path", Path.of("x"))))
                .with("none", null);
        var read = new ObjectMapper().readTree(json.toString());
        assertThat(read.get("text").textValue()).isEqualTo(text);
        assertThat(read.get("list").get(2).get("path").textValue()).isEqualTo("x");
        assertThat(read.get("none").isNull()).isTrue();
    }

    @Test
    void figuresAreReadable() {
        assertThat(Text.size(1023)).isEqualTo("1023 B");
        assertThat(Text.size(3L << 30)).isEqualTo("3.0 GiB");
        assertThat(Text.time(Duration.ofMillis(1500))).isEqualTo("1.5s");
        assertThat(Text.time(Duration.ofSeconds(11520))).isEqualTo("3h 12m");
        assertThat(Text.wrap("one two three", 7)).containsExactly("one two", "three");
        assertThat(Text.cut("abcdef", 4)).isEqualTo("abc…");
    }
}
