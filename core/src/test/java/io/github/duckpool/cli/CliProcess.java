package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.condition.OS;

/** The command line in a process of its own, with its outputs in files. */
final class CliProcess implements AutoCloseable {
    /** A build in the background may be told to ignore signals, and hands that on to whatever it starts. */
    private static final List<String> AS_AT_A_TERMINAL =
            OS.current() == OS.LINUX ? List.of("env", "--default-signal=HUP,INT,TERM") : List.of();

    private final Process process;
    private final Path out;
    private final Path err;

    private CliProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static CliProcess start(Path directory, String... arguments) throws IOException {
        return startAs(AS_AT_A_TERMINAL, directory, arguments);
    }

    /** Starts it by another program, such as env(1), which becomes it. */
    static CliProcess startAs(List<String> launcher, Path directory, String... arguments) throws IOException {
        return startJava(launcher, directory, Main.class, arguments);
    }

    static CliProcess startJava(List<String> launcher, Path directory, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(java(main));
        command.addAll(List.of(arguments));
        return startCommand(command, directory);
    }

    /** The words that run a main class of the tests. */
    static List<String> java(Class<?> main) {
        return ChildJvm.command(System.getProperty("java.class.path"), main.getName());
    }

    static CliProcess startCommand(List<String> command, Path directory) throws IOException {
        Path out = Files.createTempFile(directory, "cli", ".out");
        Path err = Files.createTempFile(directory, "cli", ".err");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new CliProcess(process, out, err);
    }

    long pid() {
        return process.pid();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Waits until it has printed this. */
    void awaitOutput(String text) throws Exception {
        await(() -> {
            try {
                return out().contains(text) || !process.isAlive();
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(out()).as(err()).contains(text);
    }

    int exitCode() throws Exception {
        assertThat(process.waitFor(2, TimeUnit.MINUTES))
                .as(() -> "still running")
                .isTrue();
        return process.exitValue();
    }

    void type(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    void signal(String name) throws Exception {
        signal(name, process.pid());
    }

    static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** Waits for a condition that has to come true. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for two minutes").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Whether a process works: it is there, and not a zombie that nobody has collected. */
    static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()
                && !Shell.ask("sed 's/^.*) //' /proc/$1/stat", Long.toString(pid))
                        .orElse("Z")
                        .startsWith("Z");
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> below = process.descendants().toList();
        below.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        for (ProcessHandle one : below) { // or its files are deleted while it still has them
            one.onExit()
                    .orTimeout(30, TimeUnit.SECONDS)
                    .exceptionally(late -> one)
                    .join();
        }
    }
}
