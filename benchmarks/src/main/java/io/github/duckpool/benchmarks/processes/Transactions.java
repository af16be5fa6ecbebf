package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Peer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One turn: processes write one table of one file for a while, and the table is counted afterwards. */
final class Transactions {
    static final String POOL = "duckpool";
    static final String RETRY = "open, retry, close";
    static final String SERVER = "one server process";
    static final String IDLE = "duckpool, beside an idle one";

    static final String THROUGHPUT = "throughput";
    static final String JAIN = "Jain's index";
    static final String ERRORS = "lock errors";
    private static final String LOST = "lost rows";
    private static final String LONGEST = "longest transaction";

    static final List<Metric> METRICS = List.of(
            Metric.gain(THROUGHPUT, "transactions/s"),
            Metric.gain(JAIN, ""),
            Metric.cost(ERRORS, ""),
            Metric.cost(LOST, ""),
            Metric.cost(LONGEST, "ms"));

    private Transactions() {}

    static Map<String, Double> run(Path directory, String way, int processes, double seconds) throws Exception {
        Path file = directory.resolve("transactions.duckdb");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE visit (number INTEGER)");
        }
        String place = file.toString();
        List<Peer> peers = new ArrayList<>();
        Peer other = null;
        try {
            if (way.equals(SERVER)) {
                other = Peer.start(ServerPeer.class, place);
                place = other.answer();
            } else if (way.equals(IDLE)) {
                other = Peer.start(HandOverPeer.class, HandOverPeer.POOL, place);
                other.answer();
                other.say(HandOverPeer.QUERY);
                other.answer();
            }
            for (int i = 0; i < processes; i++) {
                peers.add(Peer.start(TransactionsPeer.class, way, place));
            }
            for (Peer peer : peers) {
                peer.answer();
            }
            String endNanos = Long.toString(System.nanoTime() + (long) (seconds * 1e9));
            for (Peer peer : peers) {
                peer.say(endNanos);
            }
            List<long[]> results = new ArrayList<>();
            for (Peer peer : peers) {
                String[] words = peer.answer().split(" ", -1);
                results.add(new long[] {Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2])});
            }
            for (Peer peer : peers) {
                peer.close();
            }
            if (other != null) {
                other.close();
            }
            return summary(way, results, count(file), seconds);
        } finally {
            if (other != null) {
                other.kill();
            }
            for (Peer peer : peers) {
                peer.kill();
            }
        }
    }

    /** Whoever opens the file without a turn loses rows now and then: DuckDB 2.0 reads its headers before it has the lock. */
    private static Map<String, Double> summary(String way, List<long[]> results, long rows, double seconds) {
        long sum = results.stream().mapToLong(each -> each[0]).sum();
        if (rows > sum || (rows < sum && !way.equals(RETRY))) {
            throw new IllegalStateException(sum + " transactions were acknowledged, and " + rows + " rows are there");
        }
        double squares =
                results.stream().mapToDouble(each -> (double) each[0] * each[0]).sum();
        return Map.of(
                THROUGHPUT, (sum - results.size()) / seconds,
                JAIN, (double) sum * sum / (results.size() * squares),
                LOST, (double) (sum - rows),
                ERRORS, (double) results.stream().mapToLong(each -> each[1]).sum(),
                LONGEST, results.stream().mapToLong(each -> each[2]).max().orElse(0) / 1e6);
    }

    private static long count(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM visit")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
