package io.github.duckpool.benchmarks.write;

import com.zaxxer.hikari.HikariDataSource;
import io.github.duckpool.DuckPool;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Together;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One round: one thread writes rows, a transaction of each way after another until the time is over, and counts afterwards what is there. What
 * the processor and the disk give changes from one second to the next by more than the ways differ; so they share each second.
 */
final class BulkRows {
    static final String APPENDER = "bare appender";
    static final String STREAMED = "bare appender, from a stream";
    static final String STREAM = "append(table, Stream)";
    static final String FUTURES = "appendAsync, row by row";
    static final String HIKARI = "HikariCP, executeBatch";

    static final String THROUGHPUT = "throughput";
    static final List<Metric> METRICS = List.of(Metric.gain(THROUGHPUT, "rows/s"));

    /** How many futures a client keeps open. */
    static final int IN_FLIGHT = 4096;

    /** The rows of one of HikariCP's transactions. */
    static final int BATCH = 1000;

    static final int ROWS_PER_TRANSACTION = 100_000;
    private static final int ROWS_OF_FUTURES = 20_000;
    private static final int LEAST_TIMES = 3;
    private static final String[] TITLES =
            IntStream.range(0, 1000).mapToObj(i -> "letter " + i).toArray(String[]::new);

    private final List<String> names;
    private final double seconds;

    /**
     * Makes a round.
     *
     * @param names the ways
     * @param seconds how long all of them together take, after as much again to warm up
     */
    BulkRows(List<String> names, double seconds) {
        this.names = names;
        this.seconds = seconds;
    }

    /** Rows a second of each way. */
    Map<String, Map<String, Double>> measure(Path directory) throws Exception {
        List<BulkWay> ways = new ArrayList<>();
        try {
            for (String name : names) {
                ways.add(open(name, directory.resolve(ways.size() + ".duckdb")));
            }
            run(ways, seconds);
            double[][] nanos = run(ways, seconds);
            Map<String, Map<String, Double>> rates = new HashMap<>();
            for (int i = 0; i < ways.size(); i++) {
                ways.get(i).check();
                rates.put(names.get(i), Map.of(THROUGHPUT, ways.get(i).rows() * 1e9 / Together.median(nanos[i])));
            }
            return rates;
        } finally {
            for (BulkWay way : ways) {
                way.close();
            }
        }
    }

    /** The time of each transaction of each way. */
    private static double[][] run(List<BulkWay> ways, double forSeconds) throws Exception {
        List<List<Double>> nanos = new ArrayList<>();
        ways.forEach(way -> nanos.add(new ArrayList<>()));
        long deadlineNanos = System.nanoTime() + (long) (forSeconds * 1e9);
        for (int i = 0; i < LEAST_TIMES || System.nanoTime() - deadlineNanos < 0; i++) {
            for (int j = 0; j < ways.size(); j++) {
                int which = (i + j) % ways.size();
                long begin = System.nanoTime();
                ways.get(which).write();
                nanos.get(which).add((double) (System.nanoTime() - begin));
            }
        }
        return nanos.stream()
                .map(times -> times.stream().mapToDouble(Double::doubleValue).toArray())
                .toArray(double[][]::new);
    }

    private static BulkWay open(String name, Path file) throws SQLException {
        return switch (name) {
            case APPENDER -> BareAppender.byLoop(file);
            case STREAMED -> BareAppender.byStream(file);
            case STREAM -> new Pooled(file, ROWS_PER_TRANSACTION, BulkRows::stream);
            case FUTURES -> new Pooled(file, ROWS_OF_FUTURES, BulkRows::futures);
            case HIKARI -> new Hikari(new HikariDataSource(Writer.hikari(file)));
            default -> throw new IllegalArgumentException("no such way: " + name);
        };
    }

    @FunctionalInterface
    private interface PooledWrite {
        void to(DuckPool pool) throws Exception;
    }

    private static final class Pooled extends BulkWay {
        private final DuckPool pool;
        private final PooledWrite write;

        Pooled(Path file, int rows, PooledWrite write) throws SQLException {
            super(rows);
            this.write = write;
            this.pool = DuckPool.builder()
                    .database(file)
                    .maxSize(Writer.SIZE)
                    .borrowTimeout(Writer.TIMEOUT)
                    .build();
            pool.write(Writer::create);
        }

        @Override
        void writeRows() throws Exception {
            write.to(pool);
        }

        @Override
        long count() throws SQLException {
            return pool.read(BulkWay::count);
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    private static void stream(DuckPool pool) throws SQLException {
        long unused = pool.append("letters", rows());
    }

    private static void futures(DuckPool pool) throws ExecutionException, InterruptedException {
        ArrayDeque<CompletableFuture<@Nullable Void>> open = new ArrayDeque<>(IN_FLIGHT);
        for (int i = 0; i < ROWS_OF_FUTURES; i++) {
            if (open.size() == IN_FLIGHT) {
                open.remove().get();
            }
            open.add(pool.appendAsync("letters", i, title(i)));
        }
        while (!open.isEmpty()) {
            open.remove().get();
        }
    }

    private static final class Hikari extends BulkWay {
        private final HikariDataSource pool;

        Hikari(HikariDataSource pool) throws SQLException {
            super(BATCH);
            this.pool = pool;
            try (Connection connection = pool.getConnection()) {
                Writer.create(connection);
            }
        }

        @Override
        void writeRows() throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement insert = connection.prepareStatement(Writer.INSERT)) {
                connection.setAutoCommit(false);
                for (int i = 0; i < BATCH; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, title(i));
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.commit();
            }
        }

        @Override
        long count() throws SQLException {
            try (Connection connection = pool.getConnection()) {
                return count(connection);
            }
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** The same rows, as the library is given them. */
    static Stream<Object[]> rows() {
        return IntStream.range(0, ROWS_PER_TRANSACTION).mapToObj(i -> new Object[] {i, title(i)});
    }

    static String title(int id) {
        return TITLES[id % TITLES.length];
    }
}
