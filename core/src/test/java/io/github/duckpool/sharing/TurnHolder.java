package io.github.duckpool.sharing;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.nio.file.Path;

/** A process that takes its turn on a file, and keeps it until its input ends. */
final class TurnHolder implements AutoCloseable {
    private final Process process;

    private TurnHolder(Process process) {
        this.process = process;
    }

    public static void main(String[] args) throws Exception {
        try (Permit turn = FileMutex.of(Path.of(args[0])).lock()) {
            System.out.println("has " + turn);
            while (System.in.read() >= 0) {
                // only the end matters
            }
        }
    }

    /** Starts it, and waits until it has the turn. */
    static TurnHolder start(Path file) throws IOException {
        Process process = new ProcessBuilder(ChildJvm.command(TurnHolder.class, file.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String answer = process.inputReader().readLine();
        if (answer == null) {
            process.destroyForcibly();
            throw new IOException("the process ended without its turn");
        }
        return new TurnHolder(process);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        process.waitFor();
    }
}
