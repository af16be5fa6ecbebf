package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that run inside a turn: when they start, what they are sent, how they end. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(360)
class RunTest {
    /** Tells which signal it got, and ends by it. */
    private static final String TELL_SIGNALS = """
            trap 'echo got HUP; exit 41' HUP
            trap 'echo got INT; exit 42' INT
            trap 'echo got TERM; exit 43' TERM
            echo up $$
            while :; do sleep 0.1; done
            """;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("a file's \"name\"\nin two lines.duckdb");
    }

    @Test
    void theCommandHasTheTurnAndItsExitCodeIsPassedOn() throws Exception {
        Path told = directory.resolve("told");
        Cli run = Cli.run("run", file, "--", "sh", "-c", "printf %s \"$DUCKPOOL_TURN\" >\"$1\"; exit 7", "x", told);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(7);
        assertThat(Files.readString(told)).isEqualTo(FileMutex.of(file).file().toString());
        assertThat(Cli.run("run", file, "--", "sh", "-c", "kill -s KILL $$").exitCode())
                .isEqualTo(128 + 9);
        FileMutex.of(file).lock(Duration.ZERO).close();
    }

    @Test
    void itsOwnFailuresHaveTheirOwnExitCodes() throws Exception {
        Path script = Files.writeString(directory.resolve("script"), "exit 0");

        assertFails(127, "there is no command \"no-such-program\"", "run", file, "--", "no-such-program");
        assertFails(126, "can't be started: Permission denied", "run", file, "--", script);
        assertFails(125, "write -- before the command", "run", file, "true");
        assertFails(125, "'--timeout': must be a time", "run", file, "--timeout=-1s", "--", "true");
        assertFails(125, "its directory does not exist", "run", directory.resolve("no/file"), "--", "true");
        assertFails(125, "it is a directory", "run", directory, "--", "true");
    }

    @Test
    void aTurnThatDoesNotComeInTimeIs124() throws Exception {
        try (Permit other = FileMutex.of(file).lock(Duration.ZERO)) {
            assertFails(124, "no turn on", "run", file, "--timeout", "100ms", "--", "true");
            assertFails(124, "no turn on", "run", file, "--timeout", "0", "--shared", "--", "true");
        }
        try (Permit reader = FileMutex.of(file).lockShared(Duration.ZERO)) {
            assertThat(Cli.run("run", file, "--timeout", "0", "--shared", "--", "true")
                            .exitCode())
                    .isZero();
            assertFails(124, "no turn on", "run", file, "--timeout", "0", "--", "true");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void waitsForProgramsThatTakeNoTurns() throws Exception {
        try (Connection foreigner = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            assertFails(124, "DuckDB's lock was not free", "run", file, "--timeout", "100ms", "--", "true");
            assertThat(Cli.run("run", file, "--queue-only", "--", "true").exitCode())
                    .isZero();
        }
        assertThat(Cli.run("run", file, "--timeout", "1m", "--", "true").exitCode())
                .isZero();
    }

    @Test
    void aTurnInsideItsOwnTurnIsRefused() throws Exception {
        List<String> nested = List.of(
                "env",
                HeldTurns.VARIABLE + "="
                        + HeldTurns.parse(null)
                                .with(
                                        HeldTurns.self(),
                                        FileMutex.of(file).file().toString()));
        try (var run = CliProcess.startAs(nested, directory, "run", file.toString(), "--", "true")) {
            assertThat(run.exitCode()).isEqualTo(125);
            assertThat(run.err()).contains("this already runs inside a turn").hasLineCount(1);
        }
    }

    /** It still has the variables that tell of the turn, which ended with the command. */
    @Test
    void whatACommandLeavesInTheBackgroundTakesTurnsLikeAnyOther() throws Exception {
        Path gate = Files.createFile(directory.resolve("gate"));
        List<String> words = new ArrayList<>(List.of("run", file.toString(), "--", "sh", "-c"));
        words.add("(while [ -e \"$0\" ]; do sleep 0.05; done; exec \"$@\") & echo left it behind");
        words.add(gate.toString());
        words.addAll(CliProcess.java(Main.class));
        words.addAll(List.of("run", file.toString(), "--", "echo", "had a turn"));
        try (var run = CliProcess.start(directory, words.toArray(new String[0]))) {
            assertThat(run.exitCode()).isZero();
            Files.delete(gate);
            CliProcess.await(() -> said(run, "had a turn") || said(run, "duckpool:"));
            assertThat(run.out()).as(run.err()).contains("had a turn");
        }
    }

    private static boolean said(CliProcess process, String text) {
        try {
            return (process.out() + process.err()).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void nestsOfTurnsCantWaitForEachOther() throws Exception {
        String first = directory.resolve("1").toString();
        String second = directory.resolve("2: two").toString();
        assertThat(nested(first, second, "true")).isZero();
        assertThat(nested(second, first, "true")).as("against the order").isEqualTo(125);
        assertThat(nested(second, first, "true", "--timeout", "10s")).isZero();
        List<String> threefold = new ArrayList<>(CliProcess.java(Main.class));
        threefold.addAll(List.of("run", first, "--timeout", "1m", "--", "true"));
        assertThat(nested(first, second, threefold.toArray(new String[0])))
                .as("the outermost is not forgotten")
                .isEqualTo(125);
    }

    /** Runs a command inside a turn inside a turn; further words that begin with -- are options of the inner one. */
    private int nested(String outer, String inner, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of("run", outer, "--"));
        words.addAll(CliProcess.java(Main.class));
        words.addAll(List.of("run", inner));
        boolean options = command.length == 3;
        words.addAll(options ? List.of(command[1], command[2]) : List.of());
        words.add("--");
        words.addAll(options ? List.of(command[0]) : List.of(command));
        try (var run = CliProcess.start(directory, words.toArray(new String[0]))) {
            return run.exitCode();
        }
    }

    @ParameterizedTest
    @CsvSource({"HUP,41", "INT,42", "TERM,43"})
    void signalsGoToTheCommand(String signal, int exitCode) throws Exception {
        try (var run = CliProcess.start(directory, "run", file.toString(), "--", "sh", "-c", TELL_SIGNALS)) {
            run.awaitOutput("up");
            run.signal(signal);

            assertThat(run.exitCode()).isEqualTo(exitCode);
            assertThat(run.out().lines().skip(1)).as("once").containsExactly("got " + signal);
            FileMutex.of(file).lock(Duration.ZERO).close();
        }
    }

    @Test
    void aSignalEndsTheWait() throws Exception {
        try (Permit turn = FileMutex.of(file).lock(Duration.ZERO);
                var run = CliProcess.start(directory, "run", file.toString(), "--", "echo", "started")) {
            FileMutex mutex = FileMutex.of(file);
            CliProcess.await(() -> isAwaited(mutex));
            run.signal("TERM");

            assertThat(run.exitCode()).isEqualTo(128 + 15);
            assertThat(run.out()).isEmpty();
            assertThat(FileMutex.of(file).isAwaited())
                    .as("the place was given up")
                    .isFalse();
        }
    }

    @Test
    void aKilledRunnerFreesTheTurnAndEndsTheCommand() throws Exception {
        String tellHangUp = TELL_SIGNALS.replace("echo got HUP; exit 41", "echo got HUP");
        try (var run = CliProcess.start(directory, "run", file.toString(), "--", "sh", "-c", tellHangUp)) {
            run.awaitOutput("up");
            long command =
                    Long.parseLong(run.out().lines().findFirst().orElseThrow().split(" ")[1]);
            run.signal("HUP"); // it is passed on once the command is watched
            run.awaitOutput("got HUP");
            assertThat(FileMutex.of(file).tryLock()).as("its turn").isEmpty();
            run.signal("KILL");

            FileMutex.of(file).lock(Duration.ofMinutes(1)).close();
            CliProcess.await(() -> !CliProcess.isRunning(command));
            assertThat(run.out()).contains("got TERM");
        }
    }

    private static boolean isAwaited(FileMutex mutex) {
        try {
            return mutex.isAwaited();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertFails(int exitCode, String said, Object... arguments) {
        Cli run = Cli.run(arguments);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.err()).startsWith("duckpool: ").contains(said).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }
}
