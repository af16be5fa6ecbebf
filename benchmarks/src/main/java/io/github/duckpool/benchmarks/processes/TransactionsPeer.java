package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A process that inserts rows, one by one, each a transaction, in the {@code way} that it is told. Reads the file, or the server's port, and says
 * "ready" when it has committed a row; for a time of the clock that all processes of a host share it works until then, and prints
 * how many rows it committed, how many lock errors reached it, and the longest transaction in nanoseconds; then it is told to leave the
 * file, and does it all again with the next one.
 */
final class TransactionsPeer {
    static final String LEAVE = "leave";

    private static final String INSERT = "INSERT INTO visit VALUES (1)";

    /** The retries of a careful program: full jitter, doubled up to a second; together a second or so. */
    private static final int ATTEMPTS = 8;

    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);

    private TransactionsPeer() {}

    private interface Insert {
        void run() throws SQLException, IOException, InterruptedException;
    }

    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String place = lines.readLine(); place != null; place = lines.readLine()) {
            work(args[0], place, lines);
            System.out.println("left");
        }
    }

    private static void work(String way, String place, BufferedReader lines) throws Exception {
        if (way.equals(Transactions.POOL) || way.equals(Transactions.IDLE)) {
            try (DuckPool pool = DuckPool.builder()
                    .database(Path.of(place))
                    .borrowTimeout(Duration.ofMinutes(1))
                    .build()) {
                work(lines, () -> {
                    try (Connection connection = pool.getConnection()) {
                        insert(connection);
                    }
                });
            }
        } else if (way.equals(Transactions.SERVER)) {
            try (ServerPeer.Client client = new ServerPeer.Client(Integer.parseInt(place))) {
                work(lines, client::insert);
            }
        } else {
            work(lines, () -> openAndInsert(Path.of(place)));
        }
    }

    private static void work(BufferedReader lines, Insert insert) throws Exception {
        long committed = 1;
        long errors = 0;
        long longestNanos = 0;
        while (true) { // the driver is loaded, and everybody has been served once
            try {
                insert.run();
                break;
            } catch (SQLException e) {
                requireLocked(e);
            }
        }
        System.out.println("ready");
        long endNanos = Long.parseLong(lines.readLine());
        for (long now = System.nanoTime(); now - endNanos < 0; ) {
            try {
                insert.run();
                committed++;
            } catch (SQLException e) {
                requireLocked(e);
                errors++;
            }
            long then = System.nanoTime();
            longestNanos = Math.max(longestNanos, then - now);
            now = then;
        }
        System.out.println(committed + " " + errors + " " + longestNanos);
        lines.readLine(); // all have ended
    }

    private static void openAndInsert(Path file) throws SQLException, InterruptedException {
        long backoffNanos = FIRST_BACKOFF_NANOS;
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file)) {
                insert(connection);
                return;
            } catch (SQLException e) {
                requireLocked(e);
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
            TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(backoffNanos));
            backoffNanos = Math.min(LONGEST_BACKOFF_NANOS, 2 * backoffNanos);
        }
    }

    static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(INSERT);
        }
    }

    private static void requireLocked(SQLException e) throws SQLException {
        if (!String.valueOf(e.getMessage()).contains("Could not set lock")) {
            throw e;
        }
    }
}
