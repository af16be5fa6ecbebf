package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program in another language that writes rows into a database, by DuckDB's client for that language. */
final class OtherLanguage {
    private static final Path TURN_CLIENT = Path.of("..", "examples", "python").toAbsolutePath();

    private final Process process;
    private final Path output;

    private OtherLanguage(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Python; with its turn client if asked for. Skips the test where it is not installed. */
    static OtherLanguage python(Path file, String name, int rows, boolean turns) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                named("DUCKPOOL_PYTHON", "a python that imports duckdb"),
                program("python", "letter_writer.py"),
                file.toString(),
                name,
                Integer.toString(rows)));
        if (turns) {
            command.add("turns");
        }
        return start(command, file.resolveSibling(name + ".out"));
    }

    /** Node, which knows nothing of the queue. Skips the test where it is not installed. */
    static OtherLanguage node(Path file, String name, int rows) throws IOException {
        return start(nodeCommand(file, name, rows), file.resolveSibling(name + ".out"));
    }

    /** Node, inside one turn that the command line takes for it. Skips the test where it is not installed. */
    static OtherLanguage nodeInATurn(Path file, String name, int rows) throws IOException {
        List<String> command = ChildJvm.command(System.getProperty("java.class.path"), "io.github.duckpool.cli.Main");
        command.addAll(List.of("run", "--quiet", file.toString(), "--"));
        command.addAll(nodeCommand(file, name, rows));
        return start(command, file.resolveSibling(name + ".out"));
    }

    private static List<String> nodeCommand(Path file, String name, int rows) {
        return List.of(
                "node",
                program("node", "letter_writer.mjs"),
                named("DUCKPOOL_NODE_MODULES", "a node_modules folder with @duckdb/node-api"),
                file.toString(),
                name,
                Integer.toString(rows));
    }

    private static OtherLanguage start(List<String> command, Path output) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PYTHONPATH", TURN_CLIENT.toString());
        return new OtherLanguage(builder.start(), output);
    }

    private static String named(String variable, String what) {
        String value = System.getenv(variable);
        boolean here = value != null && !value.isEmpty() && !value.equals("none");
        String skipped = "SKIPPED: the environment variable " + variable + " does not name " + what;
        if (!here) {
            System.err.println(skipped);
        }
        Assumptions.assumeTrue(here, skipped);
        return String.valueOf(value);
    }

    private static String program(String language, String name) {
        return Path.of("src", "test", language, name).toAbsolutePath().toString();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** Waits for its end, which has to be a good one, and tells how often DuckDB refused the file to it. */
    int refusals() throws InterruptedException {
        assertThat(process.waitFor(3, TimeUnit.MINUTES))
                .as(() -> ChildJvm.read(output))
                .isTrue();
        String printed = ChildJvm.read(output).strip();
        assertThat(process.exitValue()).as(printed).isZero();
        return Integer.parseInt(printed);
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
