package io.github.duckpool.benchmarks.scale;

import com.sun.management.OperatingSystemMXBean;
import io.github.duckpool.benchmarks.borrow.ConnectionSource;
import io.github.duckpool.benchmarks.borrow.Pools;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A turn that spreads a number of borrows over many threads. Each yields once while it holds its connection, so that the others come
 * and wait even on few processors, and even if they are virtual threads, which nobody interrupts.
 */
final class ManyThreads {
    static final String TIME = "time per borrow";
    static final String CPU = "CPU per borrow";
    static final String VIRTUAL = ", virtual threads";

    private static final int SIZE = 5;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final int threads;
    private final int borrows;

    ManyThreads(int threads, int borrows) {
        this.threads = threads;
        this.borrows = borrows;
    }

    /** An executor that starts a virtual thread for each task; none before JDK 21. */
    static Optional<ExecutorService> virtualThreads() {
        try {
            return Optional.of((ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    Map<String, Double> run(String contender, Path directory) throws Exception {
        boolean virtual = contender.endsWith(VIRTUAL);
        String pool = virtual ? contender.substring(0, contender.length() - VIRTUAL.length()) : contender;
        ExecutorService executor = virtual ? virtualThreads().orElseThrow() : Executors.newFixedThreadPool(threads);
        try (ConnectionSource source = Pools.open(pool, "jdbc:duckdb:" + directory.resolve("m.duckdb"), SIZE)) {
            all(executor, source, borrows / 4); // to warm up
            long cpuNanos = PROCESS.getProcessCpuTime();
            long begin = System.nanoTime();
            int made = all(executor, source, borrows);
            double nanos = System.nanoTime() - begin;
            cpuNanos = PROCESS.getProcessCpuTime() - cpuNanos;
            return Map.of(TIME, nanos / made / 1e3, CPU, cpuNanos / 1e3 / made);
        } finally {
            executor.shutdownNow();
        }
    }

    private int all(ExecutorService executor, ConnectionSource source, int count) throws Exception {
        int each = Math.max(1, count / threads);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(executor.submit(() -> {
                start.await();
                for (int n = 0; n < each; n++) {
                    borrow(source);
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> future : running) {
            future.get();
        }
        return each * threads;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the work of this benchmark
    private static void borrow(ConnectionSource source) throws Exception {
        try (Connection connection = source.getConnection()) {
            Thread.yield();
            if (connection.isClosed()) {
                throw new IllegalStateException("a lent connection is closed");
            }
        }
    }
}
