package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** 32 threads on 5 connections to a real file, with exact accounts of borrows, rows and connections. */
@Timeout(300)
class PoolLoadTest {
    private static final int THREADS = 32;
    private static final int SIZE = 5;

    @TempDir
    Path directory;

    @Test
    void shortly() throws Exception {
        load(Rounds.of(100));
    }

    @Test
    @Tag("torture")
    void forAboutAMinute() throws Exception {
        load(Rounds.forSeconds(50));
    }

    private void load(Rounds rounds) throws Exception {
        Path file = directory.resolve("letters.duckdb");
        DuckPool pool = DuckPool.builder()
                .database(file)
                .sharing(Sharing.exclusive())
                .maxSize(SIZE)
                .minIdle(1)
                .maxLifetime(Duration.ofMillis(200)) // connections are replaced all the time
                .idleTimeout(Duration.ofMillis(100))
                .borrowTimeout(Duration.ofMinutes(4))
                .build();
        try (Connection c = pool.getConnection()) {
            DuckPoolTest.run(c, "CREATE TABLE letter (thread INTEGER, round INTEGER)");
        }
        AtomicInteger out = new AtomicInteger();
        AtomicInteger mostOut = new AtomicInteger();
        AtomicInteger committed = new AtomicInteger();
        AtomicInteger borrows = new AtomicInteger(1);
        AtomicReference<Throwable> odd = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int id = t;
            Thread thread = new Thread(() -> {
                SplittableRandom random = new SplittableRandom(id);
                try {
                    for (int round = 0; rounds.go(round) && odd.get() == null; round++) {
                        boolean async = random.nextInt(4) == 0;
                        try (Connection c =
                                async ? pool.connectionAsync().get(4, TimeUnit.MINUTES) : pool.getConnection()) {
                            mostOut.accumulateAndGet(out.incrementAndGet(), Math::max);
                            borrows.incrementAndGet();
                            if (use(c, random.nextInt(6), id, round)) {
                                committed.incrementAndGet();
                            }
                            out.decrementAndGet();
                        }
                    }
                } catch (Throwable e) {
                    odd.compareAndSet(null, e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(odd.get()).isNull();
        assertThat(mostOut.get()).isBetween(2, SIZE);
        try (Connection c = pool.getConnection()) {
            assertThat(DuckPoolTest.intOf(c, "SELECT count(*) FROM letter")).isEqualTo(committed.get());
            assertThat(DuckPoolTest.intOf(c, "SELECT count(*) FROM (SELECT DISTINCT thread, round FROM letter)"))
                    .isEqualTo(committed.get());
        }
        PoolStats stats = pool.stats();
        assertThat(stats.borrows()).isEqualTo(borrows.get() + 1);
        assertThat(stats.active()).isZero();
        assertThat(stats.waiting()).isZero();
        assertThat(stats.timeouts()).isZero();
        assertThat(stats.created() - stats.destroyed()).isBetween(0L, (long) SIZE);
        pool.close();
        assertThat(pool.stats().created()).isEqualTo(pool.stats().destroyed());
        assertThat(pool.stats().idle()).isZero();
        assertThat(BadInputTest.openFiles(file)).isEmpty();
    }

    /** Does what borrowers do, good and bad; true if a row of this round is committed. */
    private static boolean use(Connection c, int how, int thread, int round) throws Exception {
        try (PreparedStatement insert = c.prepareStatement("INSERT INTO letter VALUES (?, ?)")) {
            insert.setInt(1, thread);
            insert.setInt(2, round);
            switch (how) {
                case 0 -> insert.executeUpdate();
                case 1 -> {
                    c.setAutoCommit(false);
                    insert.executeUpdate();
                    c.commit();
                }
                case 2 -> { // left open: rolled back by the pool
                    c.setAutoCommit(false);
                    insert.executeUpdate();
                    return false;
                }
                case 3 -> { // touches the session, which is replaced
                    DuckPoolTest.run(c, "CREATE TEMP TABLE mine AS SELECT 1 AS x");
                    insert.executeUpdate();
                }
                case 4 -> {
                    DuckPoolTest.run(c, "BEGIN");
                    insert.executeUpdate();
                    return false;
                }
                default -> {
                    return DuckPoolTest.intOf(c, "SELECT 1") != 1;
                }
            }
            return true;
        }
    }
}
