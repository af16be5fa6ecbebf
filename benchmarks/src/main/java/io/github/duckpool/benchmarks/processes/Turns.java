package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Peer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** One round: processes take turns for a while, and say when each of theirs began and ended. */
final class Turns {
    static final String MUTEX = "FileMutex";
    static final String BYTE = "lock of one byte";
    static final String TRIES = "tries with backoff";

    static final String JAIN = "Jain's index";
    private static final String HAND_OFF = "hand-off p50";
    private static final String LATE_HAND_OFF = "hand-off p99";
    private static final String LONGEST = "longest wait";
    private static final String PROCESSOR = "processor time per turn";

    static final List<Metric> METRICS = List.of(
            Metric.cost(HAND_OFF, "µs"),
            Metric.cost(LATE_HAND_OFF, "µs"),
            Metric.gain(JAIN, ""),
            Metric.cost(LONGEST, "ms"),
            Metric.cost(PROCESSOR, "µs"));

    private Turns() {}

    /** Warms up for as long as it measures: what polls is compiled at first, which costs more than the turns. */
    static Map<String, Double> run(Path directory, String way, int processes, double seconds) throws Exception {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < processes; i++) {
                peers.add(Peer.start(
                        TurnsPeer.class, way, directory.resolve("turns").toString()));
            }
            for (Peer peer : peers) {
                peer.answer();
            }
            long nanos = (long) (seconds * 1e9);
            long startNanos = System.nanoTime() + nanos;
            for (Peer peer : peers) {
                peer.say(startNanos + " " + (startNanos + nanos));
            }
            List<long[]> turns = new ArrayList<>();
            int[] counts = new int[processes];
            long processorNanos = 0;
            long longestNanos = 0;
            for (int i = 0; i < processes; i++) {
                String[] words = peers.get(i).answer().split(" ", -1);
                processorNanos += Long.parseLong(words[0]);
                longestNanos = Math.max(longestNanos, Long.parseLong(words[1]));
                for (int word = 2; word < words.length; word += 2) {
                    turns.add(new long[] {Long.parseLong(words[word]), Long.parseLong(words[word + 1])});
                    counts[i]++;
                }
            }
            for (Peer peer : peers) {
                peer.close();
            }
            return summary(turns, counts, processorNanos, longestNanos);
        } finally {
            for (Peer peer : peers) {
                peer.kill();
            }
        }
    }

    private static Map<String, Double> summary(
            List<long[]> turns, int[] counts, long processorNanos, long longestNanos) {
        turns.sort(Comparator.comparingLong(turn -> turn[0]));
        double[] handOffs = new double[turns.size() - 1];
        for (int i = 0; i < handOffs.length; i++) {
            handOffs[i] = (turns.get(i + 1)[0] - turns.get(i)[1]) / 1e3;
            if (handOffs[i] < 0) {
                throw new IllegalStateException("two processes had their turn at the same time");
            }
        }
        Arrays.sort(handOffs);
        double sum = Arrays.stream(counts).sum();
        double squares = Arrays.stream(counts)
                .mapToDouble(count -> (double) count * count)
                .sum();
        return Map.of(
                HAND_OFF, handOffs[handOffs.length / 2],
                LATE_HAND_OFF, handOffs[handOffs.length * 99 / 100],
                JAIN, sum * sum / (counts.length * squares),
                LONGEST, longestNanos / 1e6,
                PROCESSOR, processorNanos / 1e3 / sum);
    }
}
