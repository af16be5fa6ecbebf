package io.github.duckpool;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process that can't start a thread any more, for a while: each would need more room for its stack than the process may take. */
public final class ThreadShortage {
    /** Less than a thread of such a process takes, and more than anything else in it. */
    private static final long HEADROOM_BYTES = 400L << 20;

    private static CountDownLatch over = new CountDownLatch(0);

    private ThreadShortage() {}

    /** How to start the process, before the command itself. */
    public static List<String> prefix() {
        assumeThat(ChildJvm.works("prlimit", "--version"))
                .as("SKIPPED: there is no prlimit to bound the memory of a process")
                .isTrue();
        return List.of("env", "JAVA_TOOL_OPTIONS=-Xss1g");
    }

    /**
     * No thread can be started from now on. Where one has just ended there is room for another, whatever the limit, since the C library
     * keeps a stack for the next one: whatever room there is, is taken until the end.
     */
    public static void begin() throws IOException, InterruptedException {
        limit(Long.toString(sizeBytes() + HEADROOM_BYTES));
        CountDownLatch taken = new CountDownLatch(1);
        over = taken;
        while (takesRoom(taken)) {
            // until there is none
        }
    }

    private static long sizeBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmSize:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    /** Starts a thread that does nothing until then; false if it can't be started. */
    private static boolean takesRoom(CountDownLatch until) {
        Thread thread = new Thread(() -> {
            try {
                until.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        try {
            thread.start();
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Threads can be started again. */
    public static void end() throws IOException, InterruptedException {
        limit("unlimited");
        over.countDown();
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
