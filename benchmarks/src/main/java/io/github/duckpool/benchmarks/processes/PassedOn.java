package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import io.github.duckpool.benchmarks.harness.Peer;
import io.github.duckpool.benchmarks.harness.Together;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ways to pass a file on, measured in one go: one hand-over of each way after another, on one and the same file, so that whatever else
 * the machine does, and wherever the file lies, meets all alike. DuckDB's own share of a hand-over differs by a third from one
 * second to the next; ways that had some seconds each, one after another, differed by as much.
 */
final class PassedOn {
    static final String POOL = "duckpool";
    static final String TWO = "driver alone, two processes";
    static final String BARE = "driver alone, one process";

    private static final int WARM_UPS = 8;

    private final List<String> ways;
    private final int rows;
    private final int times;

    PassedOn(List<String> ways, int rows, int times) {
        this.ways = ways;
        this.rows = rows;
        this.times = times;
    }

    /** The median of each way. */
    Map<String, Map<String, Double>> measure(Path directory) throws Exception {
        Path file = HandOver.filled(directory, rows);
        double[][] millis = new double[ways.size()][WARM_UPS + times];
        FileMutex line = FileMutex.of(file);
        try (DuckPool pool = HandOver.pool(file);
                Peer lending = Peer.start(HandOverPeer.class, HandOverPeer.POOL, file.toString());
                Peer opening = Peer.start(HandOverPeer.class, HandOverPeer.DRIVER, file.toString())) {
            lending.answer();
            opening.answer();
            for (int i = 0; i < WARM_UPS + times; i++) {
                for (int j = 0; j < ways.size(); j++) {
                    int which = (i + j) % ways.size();
                    String way = ways.get(which);
                    long nanos = way.equals(POOL) ? betweenPools(pool, lending) : withoutPools(way, line, opening);
                    millis[which][i] = nanos / 1e6;
                }
            }
        }
        Map<String, Map<String, Double>> medians = new HashMap<>();
        for (int which = 0; which < millis.length; which++) {
            medians.put(
                    ways.get(which),
                    Map.of(
                            HandOver.TIME,
                            Together.median(Arrays.copyOfRange(millis[which], WARM_UPS, millis[which].length))));
        }
        return medians;
    }

    /** Pools of two processes: the time between the return here and the answer there. */
    private static long betweenPools(DuckPool pool, Peer peer) throws Exception {
        long returned;
        try (Connection connection = pool.getConnection()) {
            HandOver.write(connection);
            peer.say(HandOverPeer.QUERY);
            HandOver.untilNoticed();
            returned = System.nanoTime();
        }
        return Long.parseLong(peer.answer()) - returned;
    }

    /** The pools have closed the file, and keep away from it for as long as this turn lasts. */
    private static long withoutPools(String way, FileMutex line, Peer peer) throws Exception {
        Permit turn = line.lock(Duration.ofMinutes(1));
        try {
            return way.equals(TWO) ? betweenDrivers(line.file(), peer) : bare(line.file());
        } finally {
            turn.close();
        }
    }

    /** No pool: the driver closes here, says so through a pipe, and opens in another process, which has opened the file before. */
    private static long betweenDrivers(Path file, Peer peer) throws Exception {
        long returned;
        try (Connection connection = HandOver.open(file)) {
            HandOver.write(connection);
            HandOver.untilNoticed();
            returned = System.nanoTime();
        }
        peer.say(HandOverPeer.QUERY);
        long answered = Long.parseLong(peer.answer());
        peer.answer(); // it has closed the file
        return answered - returned;
    }

    /** No pool and no other process: the driver's close and open of the same file. */
    private static long bare(Path file) throws Exception {
        long returned;
        try (Connection connection = HandOver.open(file)) {
            HandOver.write(connection);
            HandOver.untilNoticed();
            returned = System.nanoTime();
        }
        try (Connection connection = HandOver.open(file)) {
            HandOver.query(connection);
            return System.nanoTime() - returned;
        }
    }
}
