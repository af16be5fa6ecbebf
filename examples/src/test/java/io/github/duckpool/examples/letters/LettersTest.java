package io.github.duckpool.examples.letters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LettersTest {

    @TempDir
    private Path directory;

    @Test
    void threeProcessesShareTheFileAndEveryRowIsFound() throws Exception {
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Letters.class.getName(),
                        "--seconds",
                        "2",
                        "--directory",
                        directory.resolve("letters").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said)
                .contains("17,597 letters")
                .containsPattern("(?m)^service \\(\\d+\\) +[1-9]")
                .containsPattern("(?m)^Java pipeline \\(\\d+\\) +[1-9]")
                .containsPattern("(?m)^letters +[1-9]")
                .containsPattern("(?m)^readings +[1-9]")
                .contains("never two at once")
                .containsPattern("Python pipeline|NO PYTHON takes part")
                .doesNotContain("\r")
                .doesNotContain("FAILED");
        assertThat(Files.readString(directory.resolve("letters/timeline.svg")))
                .startsWith("<svg")
                .endsWith("</svg>\n")
                .contains(">service<");
        assertThat(directory.resolve("letters/letters.duckdb")).exists();
        assertThat(directory.resolve("letters/letters.duckdb.wal")).doesNotExist();
    }

    @Test
    void progressIsPlainUnlessItIsATerminal() {
        assertThat(shown(false)).isEqualTo("one" + System.lineSeparator() + "three" + System.lineSeparator());
        assertThat(shown(true)).isEqualTo("\r\033[Kone\r\033[Ktwo\r\033[Kthree\r\033[K");
    }

    private static String shown(boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
        progress.show(0, "one");
        progress.show(100, "two");
        progress.show(1000, "three");
        progress.end();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void badOptionsAreRefused() {
        assertThat(Options.parse("--seconds", "3").seconds()).isEqualTo(3);
        assertThatThrownBy(() -> Options.parse("--seconds", "0")).hasMessage("--seconds must be at least 1, was 0");
        assertThatThrownBy(() -> Options.parse("--speed", "3"))
                .hasMessage("an option must be --seconds or --directory, was --speed");
        assertThatThrownBy(() -> Options.parse("--seconds")).hasMessage("--seconds must be followed by a value");
    }
}
