package io.github.duckpool.benchmarks.scale;

import io.github.duckpool.benchmarks.borrow.ConnectionSource;
import io.github.duckpool.benchmarks.borrow.Pools;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Turns that weigh what one more connection, or one more thread that waits for one, takes. */
final class Footprint {
    static final String HEAP = "heap each";
    static final String RESIDENT = "resident memory each";

    private static final int CONNECTIONS = 100;
    private static final int WAITERS = 500;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RSS = "VmRSS:";

    private Footprint() {}

    /** The heap in use after a collection, and what the process has in memory; in kB. The second is NaN but on Linux. */
    record Size(double heap, double resident) {
        @SuppressWarnings("SystemGc") // weighs what is alive
        static Size now() throws IOException {
            System.gc();
            System.gc();
            double heap =
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e3;
            if (!Files.isReadable(STATUS)) {
                return new Size(heap, Double.NaN);
            }
            try (Stream<String> lines = Files.lines(STATUS)) {
                return new Size(
                        heap,
                        lines.filter(line -> line.startsWith(RSS))
                                .mapToDouble(
                                        line -> Double.parseDouble(line.substring(RSS.length(), line.length() - 2)))
                                .findFirst()
                                .orElse(Double.NaN));
            }
        }

        Map<String, Double> since(Size before, int count) {
            return Map.of(HEAP, (heap - before.heap) / count, RESIDENT, (resident - before.resident) / count);
        }
    }

    /** Borrows connections that each have run a query, beyond the first one, which opens the database. */
    static Map<String, Double> connections(String pool, Path directory) throws Exception {
        try (ConnectionSource source =
                Pools.open(pool, "jdbc:duckdb:" + directory.resolve("c.duckdb"), CONNECTIONS + 1)) {
            List<Connection> lent = new ArrayList<>();
            try {
                query(source, lent);
                Size before = Size.now();
                for (int i = 0; i < CONNECTIONS; i++) {
                    query(source, lent);
                }
                return Size.now().since(before, CONNECTIONS);
            } finally {
                for (Connection connection : lent) {
                    connection.close();
                }
            }
        }
    }

    private static void query(ConnectionSource source, List<Connection> lent) throws SQLException {
        Connection connection = source.getConnection();
        lent.add(connection);
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT 1")) {
            result.next();
        }
    }

    /** Lets threads that exist already wait for a connection. */
    static Map<String, Double> waiters(String pool, Path directory) throws Exception {
        List<Thread> threads = new ArrayList<>();
        try (ConnectionSource source = Pools.open(pool, "jdbc:duckdb:" + directory.resolve("w.duckdb"), 1);
                Connection only = source.getConnection()) {
            CountDownLatch ready = new CountDownLatch(WAITERS);
            AtomicBoolean start = new AtomicBoolean();
            for (int i = 0; i < WAITERS; i++) {
                Thread thread = new Thread(() -> {
                    ready.countDown();
                    try {
                        while (!start.get()) {
                            LockSupport.park(); // leaves nothing in the heap
                        }
                        source.getConnection().close();
                    } catch (SQLException e) {
                        // It was woken to end.
                    }
                });
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            ready.await();
            Size before = Size.now();
            start.set(true);
            threads.forEach(LockSupport::unpark);
            allParked(threads);
            Map<String, Double> each = Size.now().since(before, WAITERS);
            threads.forEach(Thread::interrupt);
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            }
            if (only.isClosed()) {
                throw new IllegalStateException("the lent connection is closed");
            }
            return each;
        }
    }

    /** Until all wait with a time-out, at several looks in a row; before, they waited without one. */
    private static void allParked(List<Thread> threads) throws InterruptedException {
        for (int looks = 0; looks < 10; ) {
            TimeUnit.MILLISECONDS.sleep(10);
            boolean parked = threads.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
            looks = parked ? looks + 1 : 0;
        }
    }
}
