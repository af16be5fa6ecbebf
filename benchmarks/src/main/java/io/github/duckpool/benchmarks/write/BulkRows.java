package io.github.duckpool.benchmarks.write;

import com.zaxxer.hikari.HikariDataSource;
import io.github.duckpool.DuckPool;
import io.github.duckpool.benchmarks.harness.Metric;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** One turn: one thread writes rows in batches of a fixed size until the time is over, and counts afterwards what is there. */
final class BulkRows {
    static final String APPENDER = "bare appender";
    static final String STREAM = "append(table, Stream)";
    static final String FUTURES = "appendAsync, row by row";
    static final String HIKARI = "HikariCP, executeBatch";

    static final String THROUGHPUT = "throughput";
    static final List<Metric> METRICS = List.of(Metric.gain(THROUGHPUT, "rows/s"));

    /** How many futures a client keeps open. */
    static final int IN_FLIGHT = 4096;

    /** The rows of one of HikariCP's transactions. */
    static final int BATCH = 1000;

    private static final int ROWS_PER_TRANSACTION = 200_000;
    private static final int ROWS_OF_FUTURES = 20_000;
    private static final double WARM_UP_SECONDS = 1;
    private static final String[] TITLES =
            IntStream.range(0, 1000).mapToObj(i -> "letter " + i).toArray(String[]::new);

    private final double seconds;

    BulkRows(double seconds) {
        this.seconds = seconds;
    }

    /** Writes so many rows, all of them committed when it returns. */
    @FunctionalInterface
    private interface Way {
        int write() throws Exception;
    }

    Map<String, Double> run(String name, Path directory) throws Exception {
        Path file = directory.resolve("b.duckdb");
        return Map.of(
                THROUGHPUT,
                switch (name) {
                    case APPENDER -> appender(file);
                    case STREAM -> pooled(file, BulkRows::stream);
                    case FUTURES -> pooled(file, BulkRows::futures);
                    case HIKARI -> hikari(file);
                    default -> throw new IllegalArgumentException("no such way: " + name);
                });
    }

    private double appender(Path file) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            Writer.create(connection);
            return measured(() -> append(connection), connection);
        }
    }

    private static int append(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement begin = connection.createStatement()) {
            begin.execute("FROM letters LIMIT 0"); // the driver begins with a statement, and an appender is none
        }
        try (DuckDBAppender appender = connection.unwrap(DuckDBConnection.class).createAppender("letters")) {
            for (int i = 0; i < ROWS_PER_TRANSACTION; i++) {
                appender.beginRow();
                appender.append(i);
                appender.append(title(i));
                appender.endRow();
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        return ROWS_PER_TRANSACTION;
    }

    private static String title(int id) {
        return TITLES[id % TITLES.length];
    }

    @FunctionalInterface
    private interface Pooled {
        int write(DuckPool pool) throws Exception;
    }

    private double pooled(Path file, Pooled way) throws Exception {
        try (DuckPool pool = DuckPool.builder()
                .database(file)
                .maxSize(Writer.SIZE)
                .borrowTimeout(Writer.TIMEOUT)
                .build()) {
            pool.write(Writer::create);
            try (Connection connection = pool.getConnection()) {
                return measured(() -> way.write(pool), connection);
            }
        }
    }

    private static int stream(DuckPool pool) throws SQLException {
        return (int) pool.append(
                "letters", IntStream.range(0, ROWS_PER_TRANSACTION).mapToObj(i -> new Object[] {i, title(i)}));
    }

    private static int futures(DuckPool pool) throws ExecutionException, InterruptedException {
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
        return ROWS_OF_FUTURES;
    }

    private double hikari(Path file) throws Exception {
        try (HikariDataSource pool = new HikariDataSource(Writer.hikari(file));
                Connection counting = pool.getConnection()) {
            Writer.create(counting);
            return measured(
                    () -> {
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
                        return BATCH;
                    },
                    counting);
        }
    }

    private double measured(Way way, Connection connection) throws Exception {
        long before = work(way, WARM_UP_SECONDS);
        long begin = System.nanoTime();
        long rows = work(way, seconds);
        double elapsed = (System.nanoTime() - begin) / 1e9;
        try (Statement statement = connection.createStatement();
                ResultSet counted = statement.executeQuery("SELECT count(*) FROM letters")) {
            counted.next();
            if (counted.getLong(1) != before + rows) {
                throw new IllegalStateException("there are " + counted.getLong(1) + " rows, not " + (before + rows));
            }
        }
        return rows / elapsed;
    }

    private static long work(Way way, double forSeconds) throws Exception {
        long rows = 0;
        long deadlineNanos = System.nanoTime() + (long) (forSeconds * 1e9);
        do {
            rows += way.write();
        } while (System.nanoTime() - deadlineNanos < 0);
        return rows;
    }
}
