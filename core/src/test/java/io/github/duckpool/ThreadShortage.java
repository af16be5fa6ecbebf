package io.github.duckpool;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process that can't start a thread any more, for a while: each would need more room for its stack than the process may take. */
public final class ThreadShortage {
    /** Less than a thread of such a process takes, and more than anything else in it. */
    private static final long HEADROOM_BYTES = 400L << 20;

    private ThreadShortage() {}

    /** How to start the process, before the command itself. */
    public static List<String> prefix() {
        assumeThat(ChildJvm.works("prlimit", "--version"))
                .as("SKIPPED: there is no prlimit to bound the memory of a process")
                .isTrue();
        return List.of("env", "JAVA_TOOL_OPTIONS=-Xss1g");
    }

    /**
     * No thread can be started from now on. One that was just about to end is still part of the size, and the room that it leaves would do
     * for another: so it is tried, and the limit follows the size down.
     */
    public static void begin() throws IOException, InterruptedException {
        long leastBytes = Long.MAX_VALUE;
        do {
            leastBytes = Math.min(leastBytes, sizeBytes());
            limit(Long.toString(leastBytes + HEADROOM_BYTES));
        } while (startsThread());
    }

    private static long sizeBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmSize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    private static boolean startsThread() throws InterruptedException {
        Thread thread = new Thread(() -> {});
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            return false;
        }
        thread.join();
        return true;
    }

    /** Threads can be started again. */
    public static void end() throws IOException, InterruptedException {
        limit("unlimited");
    }

    private static void limit(String bytes) throws IOException, InterruptedException {
        String pid = Long.toString(ProcessHandle.current().pid());
        Process process = new ProcessBuilder("prlimit", "--pid", pid, "--as=" + bytes + ":unlimited")
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("prlimit failed");
        }
    }
}
