package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.mutex.FileMutex;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Ending who keeps others from a file: not without a word, and nobody else. */
@EnabledOnOs(OS.LINUX)
@Timeout(300)
class FreeTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("letters.duckdb");
    }

    @Test
    void aMereLookEndsNobody() throws Exception {
        try (var holder = DatabaseHolder.start(file)) {
            Cli free = Cli.run("free", file, "--force");

            assertThat(free.exitCode()).as(free.err()).isEqualTo(3);
            assertThat(free.out().replace('\n', ' '))
                    .contains("would ask PID " + holder.pid())
                    .contains("then kill it")
                    .contains("nothing was done");
            assertThat(holder.isRunning()).isTrue();

            Cli done = Cli.run("free", file, "--yes", "--grace", "2m");
            assertThat(done.exitCode()).as(done.out()).isZero();
            assertThat(done.out()).contains("has ended").contains("is free");
            assertThat(holder.exitCode()).isEqualTo(128 + 15);
            assertThat(Cli.run("free", file, "--yes").out()).contains("nobody keeps others from it");
        }
    }

    @Test
    void whoIgnoresTheRequestIsKilledOnlyIfSaid() throws Exception {
        try (var holder = DatabaseHolder.startStubborn(file)) {
            Cli asked = Cli.run("free", file, "--yes", "--grace", "200ms");
            assertThat(asked.exitCode()).as(asked.out()).isEqualTo(3);
            assertThat(asked.out().replace('\n', ' '))
                    .contains("still held by PID " + holder.pid())
                    .contains("--force");
            assertThat(holder.isRunning()).isTrue();

            Cli killed = Cli.run("free", file, "--yes", "--grace", "200ms", "--force");
            assertThat(killed.exitCode()).as(killed.out()).isZero();
            assertThat(holder.exitCode()).isEqualTo(128 + 9);
        }
    }

    @Test
    void whoOnlyWaitsForTheLockIsNotInTheWay() throws Exception {
        try (var holder = DatabaseHolder.start(file);
                var waiting = CliProcess.start(directory, "run", file.toString(), "--", "echo", "at last")) {
            CliProcess.await(() -> Holding.of(file).contains("PID " + waiting.pid()));
            Cli free = Cli.run("free", file, "--yes", "--grace", "2m");

            assertThat(free.exitCode()).as(free.out()).isZero();
            assertThat(waiting.exitCode()).as(waiting.err()).isZero();
            assertThat(waiting.out()).isEqualTo("at last\n");
            assertThat(holder.isRunning()).isFalse();
        }
    }

    @Test
    void whoHadEndedBeforeItWasToldIsOutOfTheWayToo() throws Exception {
        Files.createFile(file);
        try (var readers = CliProcess.startJava(
                List.of("env", "--default-signal=TERM"), directory, ReadersTogether.class, file.toString())) {
            readers.awaitOutput("both have it");
            Cli free = Cli.run("free", file, "--yes", "--grace", "2m");

            assertThat(free.exitCode()).as(free.out()).isZero();
            assertThat(free.out()).containsOnlyOnce("has ended").contains("is free");
            assertThat(readers.exitCode()).isEqualTo(128 + 15);
        }
    }

    @Test
    void whoEndedWhileItWasLookedAtIsNotInTheWay() throws Exception {
        try (var holder = DatabaseHolder.start(file)) {
            var ending = new AtomicBoolean(true);
            var out = new StringWriter();
            var free = new CommandLine(new Free(path -> {
                LockHolders seen = LockHolders.of(path);
                if (ending.getAndSet(false)) {
                    assertThat(seen.isFree()).isFalse();
                    end(holder);
                }
                return seen;
            }));
            free.registerConverter(Duration.class, new TimeConverter()).setOut(new PrintWriter(out, true));

            assertThat(free.execute(file.toString(), "--yes"))
                    .as(out.toString())
                    .isZero();
            assertThat(out.toString().replace('\n', ' '))
                    .contains("would leave alone PID " + holder.pid())
                    .contains("had ended before")
                    .contains("is free");
        }
    }

    private static void end(CliProcess holder) throws IOException {
        try {
            holder.signal("KILL");
            holder.exitCode();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Test
    void whoHasTheTurnIsEndedButNotByItsOwnCommand() throws Exception {
        Files.createFile(file);
        List<String> nested = new ArrayList<>(List.of("run", file.toString(), "--"));
        nested.addAll(CliProcess.java(Main.class));
        nested.addAll(List.of("free", file.toString(), "--yes"));
        try (var run = CliProcess.start(directory, nested.toArray(new String[0]))) {
            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(run.out().replace('\n', ' ')).contains("it has started this program");
        }
        try (var stuck =
                CliProcess.start(directory, "run", file.toString(), "--", "sh", "-c", "echo up; exec sleep 600")) {
            stuck.awaitOutput("up");
            assertThat(Cli.run("free", file, "--yes", "--grace", "2m").exitCode())
                    .isZero();
            assertThat(stuck.exitCode()).isEqualTo(128 + 15);
            FileMutex.of(file).lock(Duration.ZERO).close();
        }
    }

    @Test
    void asksAtATerminal() throws Exception {
        Assumptions.assumeTrue(Shell.ask("command -v script").isPresent(), "SKIPPED: there is no script(1)");
        List<String> free = new ArrayList<>(CliProcess.java(Main.class));
        free.addAll(List.of("free", file.toString(), "--grace", "2m"));
        String line = free.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        List<String> terminal = List.of("script", "-qec", line, "/dev/null");
        try (var holder = DatabaseHolder.start(file)) {
            try (var refused = CliProcess.startCommand(terminal, directory)) {
                refused.awaitOutput("[y/N]");
                refused.type("\n");
                assertThat(refused.exitCode()).as(refused.out()).isEqualTo(3);
                assertThat(holder.isRunning()).isTrue();
            }
            try (var confirmed = CliProcess.startCommand(terminal, directory)) {
                confirmed.awaitOutput("[y/N]");
                confirmed.type("y\n");
                assertThat(confirmed.exitCode()).as(confirmed.out()).isZero();
                assertThat(holder.exitCode()).isEqualTo(128 + 15);
            }
        }
    }
}
