package io.github.duckpool.benchmarks.borrow;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * More threads than connections, each running one real query per borrow: throughput, how long a borrow waits, and how evenly
 * the threads are served. The pools take turns within one run, round after round, so that a drifting machine meets all alike.
 *
 * <p>Arguments: threads, size, seconds per turn, rounds, then the pools.
 */
public final class Oversubscribed {
    private static final int MAX_SAMPLES = 200_000;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Oversubscribed() {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Turn(double perSecond, double cpuMicros, long[] sortedWaitNanos, double jain) {
        double waitMillis(double quantile) {
            int index = (int) Math.min(sortedWaitNanos.length - 1, Math.floor(quantile * sortedWaitNanos.length));
            return sortedWaitNanos[index] / 1e6;
        }
    }

    /** One thread's record of its waits. */
    private static final class Waits {
        private final long[] nanos = new long[MAX_SAMPLES];
        private int count;
    }

    public static void main(String[] args) throws Exception {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 32;
        int size = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        double seconds = args.length > 2 ? Double.parseDouble(args[2]) : 5;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        List<String> pools = args.length > 4
                ? Arrays.asList(args).subList(4, args.length)
                : List.of("gate", "hikari", "tomcat", "agroal");
        Path directory = Files.createTempDirectory("oversubscribed");
        Map<String, List<Turn>> turns = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (String pool : pools) {
                String url = "jdbc:duckdb:" + directory.resolve(pool + ".duckdb");
                try (ConnectionSource source = Pools.open(pool, url, size)) {
                    Turn turn = turn(source, threads, seconds);
                    if (round > 0) {
                        turns.computeIfAbsent(pool, key -> new ArrayList<>()).add(turn);
                    }
                }
            }
        }
        System.out.printf("%d threads, size %d, medians of %d rounds%n", threads, size, rounds);
        System.out.println("| pool | queries/s | CPU µs per query | p50 ms | p99 ms | p99.9 ms | max ms | Jain |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        turns.forEach((pool, list) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.1f | %.2f | %.2f | %.2f | %.2f | %.4f |%n",
                pool,
                median(list.stream().mapToDouble(Turn::perSecond).toArray()),
                median(list.stream().mapToDouble(Turn::cpuMicros).toArray()),
                median(list.stream().mapToDouble(turn -> turn.waitMillis(0.5)).toArray()),
                median(list.stream().mapToDouble(turn -> turn.waitMillis(0.99)).toArray()),
                median(list.stream().mapToDouble(turn -> turn.waitMillis(0.999)).toArray()),
                median(list.stream().mapToDouble(turn -> turn.waitMillis(1)).toArray()),
                median(list.stream().mapToDouble(Turn::jain).toArray())));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static Turn turn(ConnectionSource source, int threads, double seconds) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Waits>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(() -> {
                    query(source);
                    ready.countDown();
                    start.await();
                    return work(source, System.nanoTime() + (long) (seconds * 1e9));
                }));
            }
            ready.await();
            long cpu = PROCESS.getProcessCpuTime();
            long begin = System.nanoTime();
            start.countDown();
            List<Waits> waits = new ArrayList<>();
            for (Future<Waits> future : running) {
                waits.add(future.get(60, TimeUnit.SECONDS));
            }
            cpu = PROCESS.getProcessCpuTime() - cpu;
            double elapsed = (System.nanoTime() - begin) / 1e9;
            long[] all = waits.stream()
                    .flatMapToLong(w -> Arrays.stream(w.nanos, 0, w.count))
                    .sorted()
                    .toArray();
            double sum = waits.stream().mapToDouble(w -> w.count).sum();
            double squares =
                    waits.stream().mapToDouble(w -> (double) w.count * w.count).sum();
            return new Turn(all.length / elapsed, cpu / 1e3 / all.length, all, sum * sum / (threads * squares));
        } finally {
            executor.shutdownNow();
        }
    }

    private static Waits work(ConnectionSource source, long deadlineNanos) throws SQLException {
        Waits waits = new Waits();
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

    private static void query(ConnectionSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            select(connection);
        }
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
