package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import io.github.duckpool.benchmarks.harness.Together;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Borrows and returns while no other process wants the file, of a pool that would pass it on and of one that keeps it, by turns. */
final class IdleSharing {
    static final String TIME = "time";

    private static final int BORROWS = 20_000;

    private final int turns;

    /**
     * Makes a round.
     *
     * @param turns how many of each, of some tenths of a millisecond, after as many to warm up
     */
    IdleSharing(int turns) {
        this.turns = turns;
    }

    /** The median of each. */
    Map<String, Map<String, Double>> measure(Path directory) throws SQLException {
        try (DuckPool cooperative = open(directory.resolve("cooperative.duckdb"), Sharing.cooperative());
                DuckPool exclusive = open(directory.resolve("exclusive.duckdb"), Sharing.exclusive())) {
            double[] passing = new double[turns];
            double[] keeping = new double[turns];
            for (int i = -turns; i < turns; i++) {
                // Whichever comes second meets caches that the first has left.
                double first = nanos(i % 2 == 0 ? cooperative : exclusive);
                double second = nanos(i % 2 == 0 ? exclusive : cooperative);
                if (i >= 0) {
                    passing[i] = i % 2 == 0 ? first : second;
                    keeping[i] = i % 2 == 0 ? second : first;
                }
            }
            return Map.of(
                    SharingFamily.COOPERATIVE, Map.of(TIME, Together.median(passing)),
                    SharingFamily.EXCLUSIVE, Map.of(TIME, Together.median(keeping)));
        }
    }

    private static DuckPool open(Path file, Sharing sharing) throws SQLException {
        DuckPool pool = DuckPool.builder().database(file).sharing(sharing).build();
        pool.getConnection().close(); // opens the file
        return pool;
    }

    private static double nanos(DuckPool pool) throws SQLException {
        long begin = System.nanoTime();
        for (int i = 0; i < BORROWS; i++) {
            try (Connection connection = pool.getConnection()) {
                if (connection == null) {
                    throw new IllegalStateException("no connection");
                }
            }
        }
        return (System.nanoTime() - begin) / (double) BORROWS;
    }
}
