package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.Termination.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes are ended, and only those that are meant. */
@EnabledOnOs(OS.LINUX)
class TerminationTest {
    /** Long enough for any machine; nothing waits for its end. */
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.createFile(directory.resolve("letters.duckdb"));
    }

    private LockHolder only() throws IOException {
        List<LockHolder> holders = LockHolders.of(file).holders();
        assertThat(holders).hasSize(1);
        return holders.get(0);
    }

    @Test
    void processThatEndsWhenAsked() throws Exception {
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            LockHolder holder = only();
            assertThat(holder.objection()).isEmpty();
            Termination termination = holder.terminate(LONG);
            assertThat(termination.outcome()).isEqualTo(Outcome.ENDED);
            assertThat(termination.isFreed()).isTrue();
            assertThat(termination.detail()).contains("PID " + shell.pid());
            assertThat(shell.process().waitFor()).isEqualTo(128 + 15);
        }
        assertThat(LockHolders.of(file).isFree()).isTrue();
    }

    @Test
    void databaseIsWholeAfterwards() throws Exception {
        Path database = directory.resolve("real.duckdb");
        try (ForeignProcess python = ForeignProcess.duckdb(database, false)) {
            LockHolder holder = LockHolders.of(database).holders().get(0);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.terminate(LONG).outcome()).isEqualTo(Outcome.ENDED);
        }
        try (ForeignProcess next = ForeignProcess.duckdb(database, false)) {
            assertThat(next.greeting()).isEqualTo("ready");
        }
    }

    @Test
    void processThatIgnoresTheSignal() throws Exception {
        try (ForeignProcess shell = ForeignProcess.shell(file, "trap '' TERM; ")) {
            LockHolder holder = only();
            Termination asked = holder.terminate(Duration.ofMillis(50));
            assertThat(asked.outcome()).isEqualTo(Outcome.STILL_THERE);
            assertThat(asked.isFreed()).isFalse();
            assertThat(asked.waited()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
            assertThat(shell.process().isAlive()).isTrue();
            Termination killed = holder.terminateForcibly();
            assertThat(killed.isFreed()).isTrue();
            assertThat(shell.process().waitFor()).isEqualTo(128 + 9);
        }
    }

    @Test
    void processThatClosesTheFileAndGoesOn() throws Exception {
        try (ForeignProcess shell = ForeignProcess.start(List.of(
                "sh",
                "-c",
                "trap 'exec 3>&-; echo closed' TERM; exec 3<>\"$1\"; echo ready; "
                        + "read line; while :; do read line || sleep 1; done",
                "sh",
                file.toString()))) {
            Termination termination = only().terminate(LONG);
            assertThat(termination.outcome()).isEqualTo(Outcome.LET_GO);
            assertThat(shell.line()).isEqualTo("closed");
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    @Test
    void processThatHasEndedSinceTheLook() throws Exception {
        LockHolder holder;
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            assertThat(shell.greeting()).isEqualTo("ready");
            holder = only();
        }
        assertThat(holder.terminate(LONG).outcome()).isEqualTo(Outcome.ALREADY_GONE);
        assertThat(holder.terminateForcibly().outcome()).isEqualTo(Outcome.ALREADY_GONE);
        assertThat(holder.objection()).isPresent();
    }

    @Test
    void processThatHasLetTheFileGoSinceTheLook() throws Exception {
        try (ForeignProcess shell = ForeignProcess.start(List.of(
                "sh",
                "-c",
                "exec 3<>\"$1\"; echo ready; read go; exec 3>&-; echo closed; read end",
                "sh",
                file.toString()))) {
            LockHolder holder = only();
            shell.process().outputWriter().append("go\n").flush();
            assertThat(shell.line()).isEqualTo("closed");
            assertThat(holder.terminate(LONG).outcome()).isEqualTo(Outcome.ALREADY_GONE);
            assertThat(holder.terminateForcibly().outcome()).isEqualTo(Outcome.ALREADY_GONE);
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    /** A child that nobody collects: it has no files any more, whether it was seen before or ends by the signal. */
    @Test
    void zombie() throws Exception {
        try (ForeignProcess python = ForeignProcess.python(
                "import os, sys\n"
                        + "reader, writer = os.pipe()\n"
                        + "child = os.fork()\n"
                        + "if child == 0:\n"
                        + "    file = open(sys.argv[1], 'r+b')\n"
                        + "    os.write(writer, b'x')\n"
                        + "    os.read(0, 1)\n"
                        + "os.read(reader, 1)\n"
                        + "print(child, flush=True)\n"
                        + "sys.stdin.read()\n",
                file)) {
            LockHolder holder = only();
            assertThat(holder.pid()).isEqualTo(Long.parseLong(python.greeting()));
            assertThat(holder.terminate(LONG).outcome()).isEqualTo(Outcome.ENDED);
            assertThat(Files.readString(Path.of("/proc/" + holder.pid() + "/stat")))
                    .contains(") Z ");
            assertThat(LockHolders.of(file).isFree()).isTrue();
            assertThat(holder.terminateForcibly().outcome()).isEqualTo(Outcome.ALREADY_GONE);
        }
    }

    /** Its state is that of its first thread, which has ended; the process goes on. */
    @Test
    void processWithoutItsFirstThreadIsNoZombie() throws Exception {
        try (ForeignProcess python = ForeignProcess.python(
                "import sys, threading, ctypes\n"
                        + "file = open(sys.argv[1], 'r+b')\n"
                        + "libc = ctypes.CDLL(None)\n"
                        + "def rest():\n"
                        + "    while open('/proc/self/stat').read().rsplit(')', 1)[1].split()[0] != 'Z': pass\n"
                        + "    print('ready', flush=True)\n"
                        + "    sys.stdin.readline()\n"
                        + "    file.close()\n"
                        + "    print('closed', flush=True)\n"
                        + "    sys.stdin.read()\n"
                        + "threading.Thread(target=rest).start()\n"
                        + "libc.syscall(60 if sys.argv[2] == 'amd64' else 93, 0)\n",
                file,
                System.getProperty("os.arch"))) {
            LockHolder holder = only();
            python.process().outputWriter().append("go\n").flush();
            assertThat(python.line()).isEqualTo("closed");
            assertThat(holder.terminate(LONG).detail()).contains("does not have the file open");
            assertThat(python.process().isAlive()).isTrue();
        }
    }

    @Test
    void laterProcessWithTheSameNumber() throws Exception {
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            ProcessFacts now = only().process();
            LockHolder earlier = holder(
                    new ProcessFacts(
                            now.pid(),
                            "1" + now.identity(),
                            now.name(),
                            now.commandLine(),
                            now.executable(),
                            now.user(),
                            now.started(),
                            false),
                    Ending.Signal.JDK);
            assertThat(earlier.terminate(LONG).outcome()).isEqualTo(Outcome.ALREADY_GONE);
            assertThat(earlier.terminateForcibly().outcome()).isEqualTo(Outcome.ALREADY_GONE);
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    @Test
    void endsBetweenTheLastLookAndTheSignal() throws Exception {
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            LockHolder holder = holder(only().process(), (process, forcibly) -> {
                kill(shell);
                return Ending.Signal.JDK.send(process, forcibly);
            });
            assertThat(holder.terminate(LONG).outcome()).isEqualTo(Outcome.ALREADY_GONE);
        }
    }

    /** The number goes to another process, which has the file open too, in the narrowest gap: after the last look. */
    @Test
    void numberChangesHandsBetweenTheLastLookAndTheSignal() throws Exception {
        AtomicReference<Optional<ForeignProcess>> heir = new AtomicReference<>(Optional.empty());
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            LockHolder holder = holder(only().process(), (process, forcibly) -> {
                kill(shell);
                heir.set(heirOf(shell.pid()));
                return Ending.Signal.JDK.send(process, forcibly);
            });
            Termination termination = holder.terminate(LONG);
            ForeignProcess.skipUnless(heir.get().isPresent(), "this system lets no process choose its number");
            assertThat(termination.outcome()).isEqualTo(Outcome.ALREADY_GONE);
            ForeignProcess innocent = heir.get().get();
            assertThat(innocent.pid()).isEqualTo(shell.pid());
            assertThat(only().pid()).isEqualTo(shell.pid());
            assertThat(innocent.process().isAlive()).isTrue();
            innocent.process().outputWriter().append("go\n").flush();
            assertThat(innocent.process().waitFor())
                    .as("ends by its input, not by a signal")
                    .isZero();
        } finally {
            heir.get().ifPresent(TerminationTest::kill);
        }
    }

    /** Starts processes right below a number until one gets it; only root can, by the kernel's last number. */
    private Optional<ForeignProcess> heirOf(long pid) {
        Path last = Path.of("/proc/sys/kernel/ns_last_pid");
        for (int attempt = 0; attempt < 50; attempt++) {
            try {
                Files.writeString(last, Long.toString(pid - 2)); // the JDK's launcher takes one more
                for (int next = 0; next < 3; next++) {
                    ForeignProcess process = ForeignProcess.shell(file);
                    if (process.pid() == pid) {
                        return Optional.of(process);
                    }
                    process.close();
                }
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static void kill(ForeignProcess process) {
        try {
            process.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void processOneIsNeverEnded() throws Exception {
        LockHolder init = holder(
                new ProcessFacts(
                        1,
                        new ProcProcess(1).identity(),
                        "init",
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false),
                (process, forcibly) -> {
                    throw new AssertionError("signal to process 1");
                });
        assertThat(init.terminate(LONG).outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(init.terminateForcibly().detail()).contains("process 1");
    }

    @Test
    void whoIsNotSeenIsNeverEnded() throws Exception {
        for (long pid : new long[] {0, 4_999_999}) {
            LockHolder unseen = holder(ProcessFacts.unseen(pid, "", Optional.empty()), (process, forcibly) -> {
                throw new AssertionError("signal to " + process.pid());
            });
            assertThat(unseen.isVisible()).isFalse();
            assertThat(unseen.terminate(LONG).outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(unseen.terminateForcibly().outcome()).isEqualTo(Outcome.REFUSED);
        }
    }

    @Test
    void graceMustNotBeNegative() throws Exception {
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            LockHolder holder = only();
            assertThatThrownBy(() -> holder.terminate(Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("grace must not be negative, was PT-0.001S");
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    private LockHolder holder(ProcessFacts process, Ending.Signal signal) throws IOException {
        LockHolder seen = LockHolders.of(file).holders().stream().findFirst().orElse(null);
        return new LockHolder(
                process,
                false,
                LockHolder.Mode.NONE,
                seen == null ? List.of() : seen.descriptors(),
                null,
                java.time.Instant.now(),
                new Ending(new ProcView(DatabaseFiles.of(file)), signal));
    }
}
