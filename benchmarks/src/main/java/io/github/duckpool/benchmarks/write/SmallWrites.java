package io.github.duckpool.benchmarks.write;

import io.github.duckpool.benchmarks.harness.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One round: threads that commit one small write after another, and note how long each took. Each way has slices of the time, which
 * follow one another, and a database of its own: what the processor and the disk give changes from one second to the next.
 */
final class SmallWrites {
    static final String THROUGHPUT = "throughput";
    static final String P99 = "p99";

    static final List<Metric> METRICS =
            List.of(Metric.gain(THROUGHPUT, "commits/s"), Metric.cost("p50", "ms"), Metric.cost(P99, "ms"));

    private static final int SLICES = 3;
    private static final int MAX_SAMPLES = 200_000;

    private final List<String> names;
    private final int threads;
    private final double seconds;
    private final boolean hotRow;
    private final AtomicInteger ids = new AtomicInteger();

    /**
     * Makes a round.
     *
     * @param seconds how long each way is measured, after a third of that to warm up
     */
    SmallWrites(List<String> names, int threads, double seconds, boolean hotRow) {
        this.names = names;
        this.threads = threads;
        this.seconds = seconds;
        this.hotRow = hotRow;
    }

    /** A way, and what was measured of it. */
    private static final class Measured implements AutoCloseable {
        private final Writer writer;
        private final List<long[]> nanos = new ArrayList<>();
        private double elapsed;

        Measured(Writer writer) {
            this.writer = writer;
        }

        Map<String, Double> sample() {
            long[] sorted =
                    nanos.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            return Map.of(THROUGHPUT, sorted.length / elapsed, "p50", millis(sorted, 0.5), P99, millis(sorted, 0.99));
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    Map<String, Map<String, Double>> measure(Path directory) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Measured> ways = new ArrayList<>();
        try {
            for (String name : names) {
                ways.add(new Measured(
                        Writer.open(name, Files.createDirectory(directory.resolve(Integer.toString(ways.size()))))));
            }
            for (int i = -1; i < SLICES; i++) {
                for (int j = 0; j < ways.size(); j++) {
                    slice(ways.get((i + 1 + j) % ways.size()), executor, i < 0);
                }
            }
            Map<String, Map<String, Double>> samples = new HashMap<>();
            for (int i = 0; i < ways.size(); i++) {
                samples.put(names.get(i), ways.get(i).sample());
            }
            return samples;
        } finally {
            executor.shutdownNow();
            ways.forEach(Measured::close);
        }
    }

    private void slice(Measured way, ExecutorService executor, boolean isWarmUp) throws Exception {
        long begin = System.nanoTime();
        List<Future<long[]>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(executor.submit(() -> work(way.writer)));
        }
        List<long[]> nanos = new ArrayList<>();
        for (Future<long[]> future : running) {
            nanos.add(future.get(60, TimeUnit.SECONDS));
        }
        if (!isWarmUp) {
            way.elapsed += (System.nanoTime() - begin) / 1e9;
            way.nanos.addAll(nanos);
        }
    }

    private static double millis(long[] sortedNanos, double quantile) {
        return sortedNanos[(int) Math.min(sortedNanos.length - 1, Math.floor(quantile * sortedNanos.length))] / 1e6;
    }

    private long[] work(Writer writer) throws Exception {
        long[] nanos = new long[MAX_SAMPLES];
        int count = 0;
        long deadlineNanos = System.nanoTime() + (long) (seconds / SLICES * 1e9);
        for (long now = System.nanoTime(); now - deadlineNanos < 0 && count < MAX_SAMPLES; now = System.nanoTime()) {
            if (hotRow) {
                writer.addToTheHotRow();
            } else {
                writer.insert(ids.incrementAndGet());
            }
            nanos[count++] = System.nanoTime() - now;
        }
        return Arrays.copyOf(nanos, count);
    }
}
