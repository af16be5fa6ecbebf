package io.github.duckpool.benchmarks.borrow;

import com.sun.management.OperatingSystemMXBean;
import io.github.duckpool.benchmarks.harness.ContextSwitches;
import io.github.duckpool.benchmarks.harness.Metric;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One pool's turn: its threads run one query per borrow until the time is over, and note how long each borrow waited. */
final class Oversubscribed {
    static final String THROUGHPUT = "throughput";
    static final String P99 = "p99 wait";
    static final String P999 = "p99.9 wait";
    static final String JAIN = "Jain's index";

    private static final String P50 = "p50 wait";
    private static final String LONGEST = "longest wait";
    private static final String CPU = "CPU per query";

    private static final String WAITED = "switches to wait, per query";
    private static final String PREEMPTED = "switches by force, per query";

    static final List<Metric> METRICS = List.of(
            Metric.gain(THROUGHPUT, "queries/s"),
            Metric.cost(P50, "ms"),
            Metric.cost(P99, "ms"),
            Metric.cost(P999, "ms"),
            Metric.cost(LONGEST, "ms"),
            Metric.gain(JAIN, ""),
            Metric.cost(CPU, "µs"),
            Metric.cost(WAITED, ""),
            Metric.cost(PREEMPTED, ""));

    private static final int MAX_SAMPLES = 200_000;
    /** Long enough for a JVM that has just started to compile a pool: with less the first rounds measure the compiler. */
    private static final double WARM_UP_SECONDS = 1.5;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final int threads;
    private final int size;
    private final double seconds;

    Oversubscribed(int threads, int size, double seconds) {
        this.threads = threads;
        this.size = size;
        this.seconds = seconds;
    }

    /** One thread's record of its waits. */
    private static final class Waits {
        private final long[] nanos = new long[MAX_SAMPLES];
        private int count;
    }

    Map<String, Double> run(String pool, Path directory) throws Exception {
        try (ConnectionSource source = Pools.open(pool, "jdbc:duckdb:" + directory.resolve("o.duckdb"), size)) {
            ExecutorService executor = Executors.newFixedThreadPool(threads);
            try {
                return measure(source, executor);
            } finally {
                executor.shutdownNow();
            }
        }
    }

    private Map<String, Double> measure(ConnectionSource source, ExecutorService executor) throws Exception {
        CountDownLatch ready = new CountDownLatch(threads);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Waits>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(executor.submit(() -> {
                work(source, WARM_UP_SECONDS);
                ready.countDown();
                start.await();
                return work(source, seconds);
            }));
        }
        ready.await();
        ContextSwitches before = ContextSwitches.now();
        long cpuNanos = PROCESS.getProcessCpuTime();
        long begin = System.nanoTime();
        start.countDown();
        List<Waits> waits = new ArrayList<>();
        for (Future<Waits> future : running) {
            waits.add(future.get(60, TimeUnit.SECONDS));
        }
        cpuNanos = PROCESS.getProcessCpuTime() - cpuNanos;
        double elapsed = (System.nanoTime() - begin) / 1e9;
        ContextSwitches switches = ContextSwitches.now().since(before);
        long[] sorted = waits.stream()
                .flatMapToLong(w -> Arrays.stream(w.nanos, 0, w.count))
                .sorted()
                .toArray();
        double squares =
                waits.stream().mapToDouble(w -> (double) w.count * w.count).sum();
        Map<String, Double> sample = new HashMap<>();
        sample.put(THROUGHPUT, sorted.length / elapsed);
        sample.put(P50, millis(sorted, 0.5));
        sample.put(P99, millis(sorted, 0.99));
        sample.put(P999, millis(sorted, 0.999));
        sample.put(LONGEST, millis(sorted, 1));
        sample.put(JAIN, (double) sorted.length * sorted.length / (threads * squares));
        sample.put(CPU, cpuNanos / 1e3 / sorted.length);
        sample.put(WAITED, switches.voluntary() / sorted.length);
        sample.put(PREEMPTED, switches.involuntary() / sorted.length);
        return sample;
    }

    private static double millis(long[] sortedNanos, double quantile) {
        int index = (int) Math.min(sortedNanos.length - 1, Math.floor(quantile * sortedNanos.length));
        return sortedNanos[index] / 1e6;
    }

    private static Waits work(ConnectionSource source, double seconds) throws SQLException {
        Waits waits = new Waits();
        long deadlineNanos = System.nanoTime() + (long) (seconds * 1e9);
        for (long now = System.nanoTime();
                now - deadlineNanos < 0 && waits.count < MAX_SAMPLES;
                now = System.nanoTime()) {
            try (Connection connection = source.getConnection()) {
                waits.nanos[waits.count++] = System.nanoTime() - now;
                select(connection);
            }
        }
        return waits;
    }

    private static void select(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT 1")) {
            if (!result.next() || result.getInt(1) != 1) {
                throw new SQLException("SELECT 1 is not 1");
            }
        }
    }
}
