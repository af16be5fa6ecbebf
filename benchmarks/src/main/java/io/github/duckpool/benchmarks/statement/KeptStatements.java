package io.github.duckpool.benchmarks.statement;

import io.github.duckpool.benchmarks.borrow.ConnectionSource;
import io.github.duckpool.benchmarks.borrow.CountedDriver;
import io.github.duckpool.benchmarks.borrow.Pools;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One pool's turn: threads ask for prepared statements of many texts, some far more often than others (the n-th 1/n times as often
 * as the first), and the driver counts which of them it had to prepare.
 */
final class KeptStatements {
    static final String HIT_RATIO = "hit ratio";
    static final String TIME = "time per query";

    static final int TEXTS = 100;
    static final int KEPT = 32;
    static final int THREADS = 8;
    static final int SIZE = 5;

    private final int queries;
    private final double[] cumulative = new double[TEXTS];

    /** For so many queries a thread, after a fifth as many to fill the caches. */
    KeptStatements(int queries) {
        this.queries = queries;
        double sum = 0;
        for (int i = 0; i < TEXTS; i++) {
            sum += 1.0 / (i + 1);
            cumulative[i] = sum;
        }
    }

    Map<String, Double> run(String pool, Path directory) throws Exception {
        Class.forName(CountedDriver.class.getName());
        String url = CountedDriver.URL + directory.resolve("k.duckdb");
        try (ConnectionSource source = Pools.openKeepingStatements(pool, url, SIZE, KEPT)) {
            work(source, queries / 5, 1);
            long before = CountedDriver.prepared();
            long begin = System.nanoTime();
            work(source, queries, 2);
            double micros = (System.nanoTime() - begin) / 1e3;
            double asked = (double) queries * THREADS;
            if (CountedDriver.prepared() == before) {
                throw new IllegalStateException(
                        "the texts do not fit into the cache, so some must have been prepared again");
            }
            return Map.of(HIT_RATIO, 1 - (CountedDriver.prepared() - before) / asked, TIME, micros / asked);
        }
    }

    private void work(ConnectionSource source, int count, long seed) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(seed * THREADS + i);
                running.add(executor.submit(() -> {
                    for (int n = 0; n < count; n++) {
                        query(source, text(random));
                    }
                    return null;
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private int text(SplittableRandom random) {
        double point = random.nextDouble() * cumulative[TEXTS - 1];
        int i = 0;
        while (cumulative[i] < point) {
            i++;
        }
        return i;
    }

    private static void query(ConnectionSource source, int text) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT " + text + " + CAST(? AS INTEGER)")) {
            statement.setInt(1, 1);
            try (ResultSet result = statement.executeQuery()) {
                if (!result.next() || result.getInt(1) != text + 1) {
                    throw new SQLException("the query of " + text + " gave something else");
                }
            }
        }
    }
}
