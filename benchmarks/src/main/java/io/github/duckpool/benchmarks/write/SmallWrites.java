package io.github.duckpool.benchmarks.write;

import io.github.duckpool.benchmarks.harness.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One turn: threads that commit one small write after another until the time is over, and note how long each took. */
final class SmallWrites {
    static final String THROUGHPUT = "throughput";
    static final String P99 = "p99";

    static final List<Metric> METRICS =
            List.of(Metric.gain(THROUGHPUT, "commits/s"), Metric.cost("p50", "ms"), Metric.cost(P99, "ms"));

    private static final int MAX_SAMPLES = 200_000;
    private static final double WARM_UP_SECONDS = 0.7;

    private final int threads;
    private final double seconds;
    private final boolean hotRow;
    private final AtomicInteger ids = new AtomicInteger();

    SmallWrites(int threads, double seconds, boolean hotRow) {
        this.threads = threads;
        this.seconds = seconds;
        this.hotRow = hotRow;
    }

    Map<String, Double> run(String name, Path directory) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (Writer writer = Writer.open(name, directory)) {
            CountDownLatch ready = new CountDownLatch(threads);
            CountDownLatch start = new CountDownLatch(1);
            List<Future<long[]>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(() -> {
                    work(writer, WARM_UP_SECONDS);
                    ready.countDown();
                    start.await();
                    return work(writer, seconds);
                }));
            }
            ready.await();
            long begin = System.nanoTime();
            start.countDown();
            List<long[]> times = new ArrayList<>();
            for (Future<long[]> future : running) {
                times.add(future.get(60, TimeUnit.SECONDS));
            }
            double elapsed = (System.nanoTime() - begin) / 1e9;
            long[] sorted =
                    times.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            return Map.of(THROUGHPUT, sorted.length / elapsed, "p50", millis(sorted, 0.5), P99, millis(sorted, 0.99));
        } finally {
            executor.shutdownNow();
        }
    }

    private static double millis(long[] sortedNanos, double quantile) {
        return sortedNanos[(int) Math.min(sortedNanos.length - 1, Math.floor(quantile * sortedNanos.length))] / 1e6;
    }

    private long[] work(Writer writer, double forSeconds) throws Exception {
        long[] nanos = new long[MAX_SAMPLES];
        int count = 0;
        long deadlineNanos = System.nanoTime() + (long) (forSeconds * 1e9);
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
