package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.duckpool.ChildJvm;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Python's turn client in a process that forks, as worker pools do: the child must not wait for threads that it does not have. */
@DisabledOnOs(OS.WINDOWS)
class ForkedTurnTest {
    private static final String PYTHON = System.getenv().getOrDefault("DUCKPOOL_PYTHON", "python3");

    @TempDir
    Path directory;

    @Test
    void theChildOfAProcessWhoseOtherThreadHasItsTurnTakesItsOwn() throws Exception {
        assumeThat(ChildJvm.works(PYTHON, "--version"))
                .as("SKIPPED: there is no python, nor is one named by DUCKPOOL_PYTHON")
                .isTrue();
        Path output = directory.resolve("output");
        var builder = new ProcessBuilder(
                        PYTHON,
                        Path.of("src", "test", "python", "forked_turn.py")
                                .toAbsolutePath()
                                .toString(),
                        directory.resolve("letters.duckdb").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment()
                .put(
                        "PYTHONPATH",
                        Path.of("..", "examples", "python").toAbsolutePath().toString());
        Process program = builder.start();
        try {
            assertThat(program.waitFor(180, TimeUnit.SECONDS)).isTrue();
            assertThat(program.exitValue()).as(() -> ChildJvm.read(output)).isZero();
        } finally {
            program.destroyForcibly();
        }
    }
}
