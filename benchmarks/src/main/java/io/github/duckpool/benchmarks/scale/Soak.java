package io.github.duckpool.benchmarks.scale;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.duckpool.DuckPool;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * A pool that is used in every way for a long time: queries, writes, roll-backs, changed sessions (whose connections are
 * replaced), errors, time-outs, futures that are cancelled, and connections that are forcibly replaced by age. What it holds is
 * looked at several times; in the second half of the time nothing may have grown.
 */
final class Soak {
    static final String OPERATIONS = "operations";
    static final String HEAP_GROWTH = "heap that grew";
    static final String RESIDENT_GROWTH = "resident memory that grew";
    static final String THREADS_GROWTH = "threads that were added";
    static final String DESCRIPTORS_GROWTH = "descriptors that were added";

    private static final int THREADS = 16;
    private static final int SIZE = 5;
    private static final int LOOKS = 20;
    private static final int KEYS = 1_000;

    /** What may come and go: a thread of the JVM or DuckDB, a descriptor of a file that is being written. */
    private static final double FEW = 3;

    /** Classes that are loaded late, and the samples themselves. */
    private static final double MOST_HEAP_KB = 4_000;

    private final double seconds;
    private final AtomicBoolean over = new AtomicBoolean();
    private final LongAdder operations = new LongAdder();

    Soak(double seconds) {
        this.seconds = seconds;
    }

    private record Look(Footprint.Size size, double threads, double descriptors) {
        static Look now() throws Exception {
            double descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    ? unix.getOpenFileDescriptorCount()
                    : Double.NaN;
            return new Look(
                    Footprint.Size.now(), ManagementFactory.getThreadMXBean().getThreadCount(), descriptors);
        }
    }

    Map<String, Double> run(Path directory) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try (DuckPool pool = DuckPool.builder()
                .database(directory.resolve("soak.duckdb"))
                .maxSize(SIZE)
                .maxLifetime(Duration.ofSeconds(1))
                .build()) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE visit(id INTEGER PRIMARY KEY, n BIGINT)");
                statement.execute("INSERT INTO visit SELECT i, 0 FROM range(" + KEYS + ") t(i)");
            }
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(executor.submit(() -> {
                    while (!over.get()) {
                        operation(pool);
                        operations.increment();
                    }
                    return null;
                }));
            }
            List<Look> looks = new ArrayList<>();
            for (int i = 0; i < LOOKS; i++) {
                TimeUnit.MICROSECONDS.sleep((long) (seconds * 1e6 / LOOKS));
                looks.add(Look.now());
            }
            over.set(true);
            for (Future<?> future : running) {
                future.get(60, TimeUnit.SECONDS);
            }
            return growth(looks);
        } finally {
            over.set(true);
            executor.shutdownNow();
        }
    }

    private Map<String, Double> growth(List<Look> looks) {
        double threads = growth(looks, Look::threads);
        double descriptors = growth(looks, Look::descriptors);
        double heap = growth(looks, look -> look.size().heap());
        if (threads > FEW || descriptors > FEW || heap > MOST_HEAP_KB) {
            throw new IllegalStateException("after " + operations + " operations " + threads + " threads, "
                    + descriptors + " descriptors and " + heap + " kB of heap were added in the second half: " + looks);
        }
        return Map.of(
                OPERATIONS, operations.sum() / seconds,
                HEAP_GROWTH, heap,
                RESIDENT_GROWTH, growth(looks, look -> look.size().resident()),
                THREADS_GROWTH, threads,
                DESCRIPTORS_GROWTH, descriptors);
    }

    /** From the third quarter of the looks to the last one, by their medians. */
    private static double growth(List<Look> looks, ToDoubleFunction<Look> what) {
        int quarter = LOOKS / 4;
        return median(looks.subList(LOOKS - quarter, LOOKS), what)
                - median(looks.subList(LOOKS - 2 * quarter, LOOKS - quarter), what);
    }

    private static double median(List<Look> looks, ToDoubleFunction<Look> what) {
        double[] sorted = looks.stream().mapToDouble(what).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void operation(DuckPool pool) throws Exception {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        switch (random.nextInt(10)) {
            case 0 -> changed(pool, "CREATE TEMP TABLE own AS SELECT 1 AS n");
            case 1 -> changed(pool, "SET VARIABLE own = 1");
            case 2 -> rolledBack(pool, random.nextInt(KEYS));
            case 3 -> failed(pool);
            case 4 -> timedOut(pool);
            case 5 -> cancelled(pool);
            case 6 -> written(pool, random.nextInt(KEYS));
            default -> read(pool, random.nextInt(KEYS));
        }
    }

    private static void changed(DuckPool pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void rolledBack(DuckPool pool, int key) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO visit VALUES (?, 0)")) {
                insert.setInt(1, KEYS + 1 + key);
                insert.executeUpdate();
            }
            connection.rollback();
        } catch (SQLException e) {
            // Another thread had the same key.
        }
    }

    private static void written(DuckPool pool, int key) throws SQLException {
        pool.write(connection -> {
            try (PreparedStatement update = connection.prepareStatement("UPDATE visit SET n = n + 1 WHERE id = ?")) {
                update.setInt(1, key);
                return update.executeUpdate();
            }
        });
    }

    private static void failed(DuckPool pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT no_such_column FROM visit");
            throw new IllegalStateException("an unknown column was found");
        } catch (SQLException e) {
            // As it must.
        }
    }

    private static void timedOut(DuckPool pool) throws SQLException {
        try (Connection connection = pool.getConnection(Duration.ofNanos(1))) {
            connection.isClosed();
        } catch (SQLTransientConnectionException e) {
            // Nothing was free.
        }
    }

    private static void cancelled(DuckPool pool) {
        CompletableFuture<Connection> future = pool.connectionAsync();
        if (!future.cancel(false)) {
            future.thenAccept(Soak::close).join();
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void read(DuckPool pool, int key) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT n FROM visit WHERE id = ?")) {
            select.setInt(1, key);
            try (ResultSet result = select.executeQuery()) {
                if (!result.next()) {
                    throw new SQLException("no visit " + key);
                }
            }
        }
    }
}
