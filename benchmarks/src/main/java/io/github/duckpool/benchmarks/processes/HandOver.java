package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import io.github.duckpool.benchmarks.harness.Peer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** From a connection's return in one process to the first answer in another; in every turn a row was written before. */
final class HandOver {
    static final String TIME = "time";

    private static final int WARM_UPS = 8;

    /** Longer than the shortest slice and the lease's looks: whoever waits is known by then. */
    private static final long NOTICED_MILLIS = 30;

    private HandOver() {}

    static DuckPool pool(Path file) {
        return DuckPool.builder()
                .database(file)
                .borrowTimeout(Duration.ofMinutes(1))
                .sharing(Sharing.cooperative().withMinSlice(Duration.ofMillis(1)))
                .build();
    }

    /** Pools of two processes: the time between the return here and the answer there. */
    static Map<String, Double> betweenPools(Path directory, int rows, int times) throws Exception {
        Path file = filled(directory, rows);
        try (DuckPool pool = pool(file);
                Peer peer = Peer.start(HandOverPeer.class, HandOverPeer.POOL, file.toString())) {
            peer.answer();
            double[] millis = new double[WARM_UPS + times];
            for (int i = 0; i < millis.length; i++) {
                long returned;
                try (Connection connection = pool.getConnection()) {
                    write(connection);
                    peer.say(HandOverPeer.QUERY);
                    TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
                    returned = System.nanoTime();
                }
                millis[i] = (Long.parseLong(peer.answer()) - returned) / 1e6;
            }
            return Map.of(TIME, median(millis));
        }
    }

    /** No pool: the driver closes here, says so through a pipe, and opens in another process, which has opened the file before. */
    static Map<String, Double> betweenDrivers(Path directory, int rows, int times) throws Exception {
        Path file = filled(directory, rows);
        try (Peer peer = Peer.start(HandOverPeer.class, HandOverPeer.DRIVER, file.toString())) {
            peer.answer();
            double[] millis = new double[WARM_UPS + times];
            for (int i = 0; i < millis.length; i++) {
                Connection connection = open(file);
                write(connection);
                TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
                long returned = System.nanoTime();
                connection.close();
                peer.say(HandOverPeer.QUERY);
                millis[i] = (Long.parseLong(peer.answer()) - returned) / 1e6;
                peer.answer(); // it has closed the file
            }
            return Map.of(TIME, median(millis));
        }
    }

    /** No pool and no other process: the driver's close and open of the same file. */
    static Map<String, Double> bare(Path directory, int rows, int times) throws Exception {
        Path file = filled(directory, rows);
        double[] millis = new double[WARM_UPS + times];
        Connection connection = open(file);
        try {
            for (int i = 0; i < millis.length; i++) {
                write(connection);
                TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
                long returned = System.nanoTime();
                connection.close();
                connection = open(file);
                query(connection);
                millis[i] = (System.nanoTime() - returned) / 1e6;
            }
        } finally {
            connection.close();
        }
        return Map.of(TIME, median(millis));
    }

    /** The holder is killed while it has commits in the log and an open transaction; the next pool waits in the line. */
    static Map<String, Double> afterKill(Path directory, int rows) throws Exception {
        Path file = filled(directory, rows);
        try (DuckPool pool = pool(file);
                Peer peer = Peer.start(HandOverPeer.class, HandOverPeer.POOL, file.toString())) {
            pool.getConnection().close(); // the driver is loaded
            peer.answer();
            peer.say(HandOverPeer.HOLD);
            peer.answer();
            CompletableFuture<Connection> next = pool.connectionAsync();
            TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
            long killed = System.nanoTime();
            peer.kill();
            try (Connection connection = next.get(1, TimeUnit.MINUTES)) {
                query(connection);
            }
            return Map.of(TIME, (System.nanoTime() - killed) / 1e6);
        }
    }

    /** The same with nothing but the driver, which is asked again every millisecond. */
    static Map<String, Double> bareAfterKill(Path directory, int rows) throws Exception {
        Path file = filled(directory, rows);
        try (Peer peer = Peer.start(HandOverPeer.class, HandOverPeer.POOL, file.toString())) {
            peer.answer();
            peer.say(HandOverPeer.HOLD);
            peer.answer();
            long killed = System.nanoTime();
            peer.kill();
            while (true) {
                try (Connection connection = open(file)) {
                    query(connection);
                    return Map.of(TIME, (System.nanoTime() - killed) / 1e6);
                } catch (SQLException e) {
                    if (!String.valueOf(e.getMessage()).contains("Could not set lock")) {
                        throw e;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }

    private static Path filled(Path directory, int rows) throws SQLException {
        Path file = directory.resolve("handover.duckdb");
        try (Connection connection = open(file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bulk AS SELECT hash(i) AS number FROM range(" + rows + ") AS r (i)");
            statement.execute("CREATE TABLE visit (number INTEGER)");
        }
        return file;
    }

    static Connection open(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:duckdb:" + file);
    }

    static void write(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO visit VALUES (1)");
        }
    }

    static void query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM visit")) {
            rows.next();
        }
    }

    private static double median(double[] millis) {
        double[] measured = Arrays.copyOfRange(millis, WARM_UPS, millis.length);
        Arrays.sort(measured);
        return measured[measured.length / 2];
    }
}
