package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every way to write at once, with cancels, interrupts, times too short for the line, the borrow or the statement, rows that
 * can't be written, and a pool that closes meanwhile: each row is where its own outcome says it is.
 */
@Timeout(600)
class WriteTortureTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void everyRowIsWhereItsOutcomeSays(int group) throws Exception {
        torture(group, 600, Closing.AFTERWARDS, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void soItIsWhenThePoolClosesMeanwhile(int group) throws Exception {
        torture(group, 10_000, Closing.GENTLE, 2);
        torture(group, 10_000, Closing.HARSH, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    @Tag("torture")
    void everyRowIsWhereItsOutcomeSaysForLong(int group) throws Exception {
        SplittableRandom random = new SplittableRandom(group);
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(50);
        for (int round = 0; System.nanoTime() < endNanos; round++) {
            Closing closing = Closing.values()[round % 3];
            torture(group, closing == Closing.AFTERWARDS ? 1_500 : 100_000, closing, random.nextLong());
        }
    }

    /** When the pool is closed. */
    private enum Closing {
        AFTERWARDS,
        GENTLE,
        /** Without waiting for anyone who still writes. */
        HARSH
    }

    private int rounds;

    private void torture(int group, int writes, Closing closing, long seed) throws Exception {
        Path file = directory.resolve("w" + ++rounds + ".duckdb");
        DuckPoolBuilder builder = DuckPool.builder()
                .database(file)
                .sharing(Sharing.exclusive())
                .poolName("torture")
                .maxSize(3)
                .maxQueuedWrites(40)
                .closeTimeout(closing == Closing.HARSH ? Duration.ZERO : Duration.ofSeconds(60))
                .initSql("CREATE TABLE IF NOT EXISTS t (x INTEGER)");
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        DuckPool pool = builder.build();
        SplittableRandom random = new SplittableRandom(seed);
        List<WriteLoad> loads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            WriteLoad load = new WriteLoad(pool, i, writes, random.split());
            loads.add(load);
            load.start();
        }
        int enough = 100 + random.nextInt(300);
        while (loads.stream().anyMatch(Thread::isAlive)) {
            WriteLoad victim = loads.get(random.nextInt(loads.size()));
            victim.interrupt();
            TimeUnit.MICROSECONDS.sleep(random.nextInt(3_000));
            if (closing != Closing.AFTERWARDS
                    && loads.stream().mapToInt(WriteLoad::good).sum() > enough) {
                pool.close();
                break;
            }
        }
        for (WriteLoad load : loads) {
            load.join();
        }
        if (closing == Closing.AFTERWARDS) {
            pool.write(c -> 0); // the line is free
            assertThat(pool.stats().active()).isZero();
            assertThat(pool.stats().waiting()).isZero();
        }
        pool.close();
        check(file, loads, closing);
    }

    private static void check(Path file, List<WriteLoad> loads, Closing closing) throws SQLException {
        Map<Integer, Integer> there = new HashMap<>();
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("SELECT x, count(*) FROM t GROUP BY x")) {
            while (rows.next()) {
                there.put(rows.getInt(1), rows.getInt(2));
            }
        }
        int good = 0;
        for (WriteLoad load : loads) {
            assertThat(load.failure()).isNull();
            for (Map.Entry<Integer, WriteLoad.Outcome> told : load.outcomes().entrySet()) {
                int count = there.getOrDefault(told.getKey(), 0);
                there.remove(told.getKey());
                switch (told.getValue()) {
                    case GOOD -> {
                        good++;
                        assertThat(count).as("acknowledged %s", told).isOne();
                    }
                    case BAD ->
                        assertThat(count).as("failed or cancelled %s", told).isZero();
                    case UNKNOWN -> {
                        assertThat(count).as("unknown %s", told).isLessThanOrEqualTo(1);
                        assertThat(closing)
                                .as("nothing but a cut-off leaves an outcome unknown")
                                .isEqualTo(Closing.HARSH);
                    }
                }
            }
        }
        assertThat(there).as("rows that nobody asked for").isEmpty();
        assertThat(good).isGreaterThan(50);
    }
}
