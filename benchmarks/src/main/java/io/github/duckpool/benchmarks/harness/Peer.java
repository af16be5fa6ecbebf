package io.github.duckpool.benchmarks.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of a turn, with the same JDK and class path, which is talked to line by line. */
public final class Peer implements AutoCloseable {
    private static final long LONGEST_END_SECONDS = 30;

    /** Its main class and arguments, for errors. */
    private final String what;

    private final Process process;
    private final BufferedReader answers;

    private Peer(String what, Process process) {
        this.what = what;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts one with a small heap.
     *
     * @param main its main class
     * @param arguments of the main class
     * @return the process
     * @throws IOException if it can't be started
     */
    public static Peer start(Class<?> main, String... arguments) throws IOException {
        return start(List.of("-Xmx256m"), main, arguments);
    }

    /**
     * Starts one.
     *
     * @param options of its JVM
     * @param main its main class
     * @param arguments of the main class
     * @return the process
     * @throws IOException if it can't be started
     */
    public static Peer start(List<String> options, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new Peer(
                main.getSimpleName() + " " + List.of(arguments),
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /**
     * Sends it a line.
     *
     * @param line without its end
     * @throws IOException if it is gone
     */
    public void say(String line) throws IOException {
        var out = process.getOutputStream();
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new IOException(what + " was told \"" + line + "\" and is gone: " + exitCode(), e);
        }
    }

    /**
     * Waits for its next line.
     *
     * @return the line
     * @throws IOException if it ended without one
     */
    public String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(what + " ended without an answer: " + exitCode());
        }
        return line;
    }

    /** It has closed a pipe, and so is about to be gone; it may need a moment for that. */
    private String exitCode() {
        process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
        return process.isAlive() ? "it still runs" : "its exit code is " + process.exitValue();
    }

    /**
     * Ends its input, on which it ends, and finds nothing wrong.
     *
     * @throws IOException if it does not end in time, or not with exit code 0
     * @throws InterruptedException if interrupted meanwhile
     */
    void finish() throws IOException, InterruptedException {
        close();
        if (process.exitValue() != 0) {
            String last = answers.readLine();
            throw new IOException(what + " failed at its end: " + (last == null ? exitCode() : last));
        }
    }

    /**
     * Kills it as a crash would, and comes back when it is gone.
     *
     * @throws InterruptedException if interrupted meanwhile
     */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends its input, on which it ends. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
            kill();
            throw new IOException(what + " did not end within " + LONGEST_END_SECONDS + " s of the end of its input");
        }
    }
}
