package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Peer;
import io.github.duckpool.benchmarks.harness.Together;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Processes write one table of one file for a while, and the table is counted afterwards. */
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

    /** So many processes at once, for so long. */
    record Window(int processes, double seconds) {
        /** The case, and the part of what is measured together. */
        String at() {
            return processes + " processes";
        }
    }

    /** Some processes at once. */
    static Map<String, Double> run(Path directory, String way, Window window) throws Exception {
        Together.Samples samples = new Together.Samples();
        run(directory, way, List.of(window), samples);
        return samples.of(window.at());
    }

    /**
     * A file for each window, of processes that were started once: starting half a dozen takes longer than most windows. Those that a window
     * does not need wait for the next one, without the file. The widest window has to be the first, so that all have run as long.
     * After a window that failed there are new ones.
     *
     * @param samples has a part for each window
     */
    static void run(Path directory, String way, List<Window> windows, Together.Samples samples) throws Exception {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < windows.size(); i++) {
                Window window = windows.get(i);
                Path file = directory.resolve(i + ".duckdb");
                try {
                    while (peers.size() < window.processes) {
                        peers.add(Peer.start(TransactionsPeer.class, way));
                    }
                    List<Peer> busy = peers.subList(0, window.processes);
                    List<long[]> results = measure(file, way, busy, window.seconds);
                    samples.put(window.at(), summary(way, results, count(file), window.seconds));
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception e) {
                    samples.fail(window.at(), e);
                    kill(peers); // they may be anywhere in what they were told
                    peers.clear();
                }
            }
            for (Peer peer : peers) {
                peer.close();
            }
        } finally {
            kill(peers);
        }
    }

    private static void kill(List<Peer> peers) throws InterruptedException {
        for (Peer peer : peers) {
            peer.kill();
        }
    }

    private static List<long[]> measure(Path file, String way, List<Peer> peers, double seconds) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE visit (number INTEGER)");
        }
        String place = file.toString();
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
            tell(peers, place);
            String endNanos = Long.toString(System.nanoTime() + (long) (seconds * 1e9));
            List<long[]> results = tell(peers, endNanos).stream()
                    .map(answer -> Stream.of(answer.split(" ", -1))
                            .mapToLong(Long::parseLong)
                            .toArray())
                    .toList();
            tell(peers, TransactionsPeer.LEAVE);
            if (other != null) {
                other.close();
            }
            return results;
        } finally {
            if (other != null) {
                other.kill();
            }
        }
    }

    /** Tells all the same, and waits for the answer of each. */
    private static List<String> tell(List<Peer> peers, String line) throws IOException {
        for (Peer peer : peers) {
            peer.say(line);
        }
        List<String> answers = new ArrayList<>();
        for (Peer peer : peers) {
            answers.add(peer.answer());
        }
        return answers;
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
