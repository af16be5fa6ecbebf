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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What all ways to hand a file over do alike, and what follows when its holder is killed. */
final class HandOver {
    static final String TIME = "time";

    /** Longer than the shortest slice and the lease's looks. */
    private static final long NOTICED_MILLIS = 30;

    private HandOver() {}

    static DuckPool pool(Path file) {
        return DuckPool.builder()
                .database(file)
                .borrowTimeout(Duration.ofMinutes(1))
                .sharing(Sharing.cooperative().withMinSlice(Duration.ofMillis(1)))
                .build();
    }

    /** Whoever waits is known after this. */
    static void untilNoticed() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
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
            untilNoticed();
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

    static Path filled(Path directory, int rows) throws SQLException {
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
}
