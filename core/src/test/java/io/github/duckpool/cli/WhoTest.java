package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who has a file, told to people and to programs; and how that changes. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class WhoTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() throws Exception {
        file = directory.toRealPath().resolve("a file's \"name\"\nin two lines\u001b[2J.duckdb");
    }

    @Test
    void nobodyIsZero() throws Exception {
        Files.createFile(file);
        Cli who = Cli.run("who", file);

        assertThat(who.exitCode()).as(who.err()).isZero();
        // The note tells of processes that may not be looked into, where there are such.
        assertThat(who.out().split("\nNote: ", 2)[0].strip())
                .contains("\"name\"\\nin two lines\\u001b[2J.duckdb: nobody has it")
                .hasLineCount(1);
        assertThat(json().get("held").booleanValue()).isFalse();
    }

    @Test
    void aHolderHasOneLineThatFits() throws Exception {
        try (var holder = DatabaseHolder.start(file)) {
            Cli who = Cli.run("who", file);

            assertThat(who.exitCode()).isEqualTo(3);
            assertThat(who.out().lines().filter(line -> line.matches(" *" + holder.pid() + "  write  -  .*")))
                    .as(who.out())
                    .hasSize(1);
            assertThat(who.out().lines().skip(1)).as("but for the file's path").allMatch(line -> line.length() <= 80);
            assertThat(who.out()).doesNotContain("\u001b");
            assertThat(who.err()).isEmpty();
        }
    }

    @Test
    void jsonTellsEverythingAsItIs() throws Exception {
        try (var holder = DatabaseHolder.start(file);
                Permit turn = FileMutex.of(file).lock(Duration.ZERO)) {
            JsonNode who = json();

            assertThat(who.get("file").textValue()).isEqualTo(file.toString());
            assertThat(who.get("locked").booleanValue()).isTrue();
            JsonNode first = who.get("holders").get(0);
            assertThat(first.get("pid").longValue()).isEqualTo(holder.pid());
            assertThat(first.get("lock").textValue()).isEqualTo("write");
            assertThat(first.get("kind").textValue()).isEqualTo("jvm");
            JsonNode command = first.get("command");
            assertThat(command.get(command.size() - 1).textValue()).isEqualTo(file.toString());
            assertThat(first.get("descriptors")).isNotEmpty();
            assertThat(who.get("queue").get(0).get("queue").get("turn").booleanValue())
                    .isTrue();
        }
    }

    @Test
    void whoHoldsTheFileWithoutALockIsToldToo() throws Exception {
        Files.createFile(file);
        List<String> reader = List.of("sh", "-c", "exec 3<\"$1\"; echo open; exec sleep 600", "sh", file.toString());
        try (var shell = CliProcess.startCommand(reader, directory)) {
            shell.awaitOutput("open");
            Cli who = Cli.run("who", file);

            assertThat(who.exitCode()).isEqualTo(3);
            assertThat(who.out()).containsPattern("(?m)^ *" + shell.pid() + "  none   -");
        }
    }

    @Test
    void pythonAndNodeAreKnown() throws Exception {
        Path other = directory.resolve("node.duckdb");
        List<String> python = List.of(
                named("DUCKPOOL_PYTHON"),
                "-c",
                "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()",
                file.toString());
        List<String> node = List.of(
                "node",
                "-e",
                "require(process.argv[1] + '/@duckdb/node-api').DuckDBInstance.create(process.argv[2])"
                        + ".then(d => { globalThis.d = d; console.log('open'); setInterval(() => {}, 1000); })",
                named("DUCKPOOL_NODE_MODULES"),
                other.toString());
        try (var first = CliProcess.startCommand(python, directory);
                var second = CliProcess.startCommand(node, directory)) {
            first.awaitOutput("open");
            second.awaitOutput("open");

            assertThat(json().get("holders").get(0).get("kind").textValue()).isEqualTo("python");
            assertThat(json(other).get("holders").get(0).get("kind").textValue())
                    .isEqualTo("node");
            assertThat(Cli.run("who", other).out()).containsPattern(second.pid() + "  write");
        }
    }

    @Test
    void watchPrintsALineForEachChange() throws Exception {
        Files.createFile(file);
        String name = file.toString();
        try (var watch = CliProcess.start(directory, "watch", "--interval", "50ms", name)) {
            watch.awaitOutput("  free");
            Files.delete(file);
            watch.awaitOutput("  no such file");
            try (var holder = DatabaseHolder.start(file)) {
                watch.awaitOutput("  written by PID " + holder.pid());
            }
            CliProcess.await(() -> lastLine(watch).endsWith("  free"));
            watch.signal("INT");

            assertThat(watch.exitCode()).isEqualTo(130);
            assertThat(watch.err()).isEmpty();
        }
    }

    @Test
    void watchDrawsOnePictureOverTheOtherInATerminal() throws Exception {
        Assumptions.assumeTrue(Shell.ask("command -v script").isPresent(), "SKIPPED: there is no script(1)");
        List<String> words = new ArrayList<>(CliProcess.java(Main.class));
        words.addAll(List.of("watch", "--interval", "50ms"));
        String watch = Text.command(words) + " \"$DUCKPOOL_FILE\"";
        List<String> terminal = List.of(
                "env",
                "DUCKPOOL_FILE=" + file,
                "LC_ALL=C.UTF-8",
                "script",
                "-qec",
                "stty rows 9 cols 64; exec " + watch,
                "/dev/null");
        try (var holder = DatabaseHolder.start(file);
                var shown = CliProcess.startCommand(terminal, directory)) {
            shown.awaitOutput(" " + holder.pid() + "  write");
            holder.signal("KILL");
            shown.awaitOutput("nobody has it");
            shown.type("\u0003");

            assertThat(shown.exitCode()).isEqualTo(130);
            assertThat(shown.out()).startsWith("\u001b[2J\u001b[H").containsOnlyOnce("\u001b[2J");
            String[] pictures = shown.out().replace("^C", "").split("\u001b\\[H", -1);
            assertThat(pictures).hasSizeGreaterThan(2);
            for (int i = 1; i < pictures.length; i++) {
                List<String> lines =
                        pictures[i].replaceAll("\u001b\\[[KJ]", "").lines().toList();
                assertThat(lines).as(pictures[i]).hasSizeLessThan(9);
                assertThat(lines).as("a longer one would be broken into two").allMatch(line -> Columns.of(line) <= 64);
            }
        }
    }

    /** Neither the list of locks nor the files that other processes have open. */
    @Test
    void whereNothingTellsThatIsAnError() throws Exception {
        Files.createFile(file);
        List<String> blind = List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "touch locks && chmod 0 locks && mount --bind locks /proc/locks"
                        + " && exec setpriv --bounding-set=-sys_ptrace,-dac_override,-dac_read_search"
                        + " --inh-caps=-sys_ptrace,-dac_override,-dac_read_search \"$0\" \"$@\"");
        boolean works = succeeds(blind, "true") && !succeeds(blind, "cat", "/proc/locks");
        if (!works) {
            System.err.println("SKIPPED: /proc/locks can't be hidden from a process here");
        }
        Assumptions.assumeTrue(works, "SKIPPED: /proc/locks can't be hidden from a process here");

        try (var who = CliProcess.startJava(blind, directory, Main.class, "who", file.toString());
                var json = CliProcess.startJava(blind, directory, Main.class, "who", "--json", file.toString());
                var free = CliProcess.startJava(blind, directory, Main.class, "free", file.toString(), "--yes")) {
            assertThat(who.exitCode()).as(who.out() + who.err()).isEqualTo(1);
            assertThat(who.out())
                    .contains(": it can't be told who has it")
                    .contains("Note: /proc/locks can't be read")
                    .doesNotContain("nobody has it")
                    .doesNotContain("would be seen even so");
            assertThat(json.exitCode()).isEqualTo(1);
            assertThat(new ObjectMapper().readTree(json.out()).get("conclusive").booleanValue())
                    .isFalse();
            assertThat(free.exitCode()).as(free.out() + free.err()).isEqualTo(1);
            assertThat(free.out().replace('\n', ' '))
                    .contains("it can't be told who keeps others from it")
                    .contains("Note: /proc/locks can't be read");
        }
    }

    private boolean succeeds(List<String> launcher, String... command) throws Exception {
        List<String> words = new ArrayList<>(launcher);
        words.addAll(List.of(command));
        try (var process = CliProcess.startCommand(words, directory)) {
            return process.exitCode() == 0;
        } catch (IOException e) {
            return false; // not installed
        }
    }

    private static String lastLine(CliProcess process) {
        try {
            return process.out().strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private JsonNode json() throws Exception {
        return json(file);
    }

    private static JsonNode json(Path of) throws Exception {
        return new ObjectMapper().readTree(Cli.run("who", "--json", of).out());
    }

    private static String named(String variable) {
        String value = System.getenv(variable);
        boolean here = value != null && !value.isEmpty() && !value.equals("none");
        if (!here) {
            System.err.println("SKIPPED: the environment variable " + variable + " is not set");
        }
        Assumptions.assumeTrue(here, "SKIPPED: the environment variable " + variable + " is not set");
        return String.valueOf(value);
    }
}
