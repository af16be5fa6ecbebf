package io.github.duckpool.benchmarks.scale;

import io.github.duckpool.benchmarks.harness.Peer;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Processes that take turns on a {@link FileMutex} without pause and without work: {@code file}. Each says "ready"; for a
 * line with two times of the clock that all processes of a host share, it works until the second, and prints how many turns it had since
 * the first, the processor time that they took, and how late it was at the first, in nanoseconds.
 */
public final class QueueTurns {
    static final String TIME = "time per turn";
    static final String CPU = "CPU per turn";
    static final String JAIN = "Jain's index";

    /** The part of the time by which a process may begin late: its turns are too few then for the machine's reasons, not the queue's. */
    private static final double LATEST = 0.1;

    private QueueTurns() {}

    static Map<String, Double> run(Path directory, int processes, double seconds) throws Exception {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                peers.add(Peer.start(
                        QueueTurns.class, directory.resolve("q.duckdb").toString()));
            }
            for (Peer peer : peers) {
                peer.answer();
            }
            long nanos = (long) (seconds * 1e9);
            long startNanos = System.nanoTime() + nanos / 2;
            for (Peer peer : peers) {
                peer.say(startNanos + " " + (startNanos + nanos));
            }
            double turns = 0;
            double squares = 0;
            double cpuNanos = 0;
            for (Peer peer : peers) {
                String[] words = peer.answer().split(" ", -1);
                double own = Double.parseDouble(words[0]);
                turns += own;
                squares += own * own;
                cpuNanos += Double.parseDouble(words[1]);
                double lateNanos = Double.parseDouble(words[2]);
                if (lateNanos > LATEST * nanos) {
                    throw new IllegalStateException(
                            "a process began " + lateNanos / 1e6 + " ms late: the machine is too busy");
                }
                peer.close();
            }
            if (turns == 0) {
                throw new IllegalStateException("nobody had a turn in " + seconds + " s");
            }
            return Map.of(
                    TIME,
                    seconds * 1e6 / turns,
                    CPU,
                    cpuNanos / 1e3 / turns,
                    JAIN,
                    turns * turns / (processes * squares));
        } finally {
            for (Peer peer : peers) {
                peer.kill();
            }
        }
    }

    /**
     * The process.
     *
     * @param args the file
     * @throws Exception if the mutex failed
     */
    public static void main(String[] args) throws Exception {
        FileMutex mutex = FileMutex.of(Path.of(args[0]));
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (int i = 0; i < 100; i++) { // to warm up
            take(mutex);
        }
        // Before the time begins: the first look loads much code, which cost some of 16 processes all their turns.
        var self = (com.sun.management.OperatingSystemMXBean)
                java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        self.getProcessCpuTime();
        System.out.println("ready");
        String[] times = Objects.requireNonNull(lines.readLine()).split(" ", -1);
        long startNanos = Long.parseLong(times[0]);
        long endNanos = Long.parseLong(times[1]);
        long lateNanos = Math.max(0, System.nanoTime() - startNanos);
        while (System.nanoTime() - startNanos < 0) { // everybody's first turns, and the compiler's, are not measured
            take(mutex);
        }
        long cpuNanos = self.getProcessCpuTime();
        long turns = 0;
        while (System.nanoTime() - endNanos < 0) {
            take(mutex);
            turns++;
        }
        System.out.println(turns + " " + (self.getProcessCpuTime() - cpuNanos) + " " + lateNanos);
        lines.readLine();
    }

    private static void take(FileMutex mutex) throws Exception {
        try (Permit permit = mutex.lock()) {
            if (permit == null) {
                throw new IllegalStateException("no permit");
            }
        }
    }
}
