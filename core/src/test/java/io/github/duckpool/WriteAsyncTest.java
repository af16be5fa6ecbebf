package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What futures of reads and writes promise, with and without groups. */
@Timeout(60)
class WriteAsyncTest {
    @TempDir
    Path directory;

    private @Nullable DuckPool opened;

    private DuckPool open(int group) throws SQLException {
        DuckPoolBuilder builder = DuckPool.builder()
                .database(directory.resolve("w.duckdb"))
                .poolName("letters")
                .maxSize(3);
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        DuckPool pool = builder.build();
        opened = pool;
        pool.write(c -> {
            run(c, "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY)");
            return 0;
        });
        return pool;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
            assertThat(opened.stats().active()).isZero();
        }
    }

    private static CompletableFuture<Integer> insert(DuckPool pool, int x) {
        return pool.writeAsync(c -> {
            run(c, "INSERT INTO t VALUES (" + x + ")");
            return x;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void runsOnThreadsOfThePool(int group) throws Exception {
        DuckPool pool = open(group);
        assertThat(pool.writeAsync(c -> Thread.currentThread().getName()).get()).startsWith("letters ");
        assertThat(pool.readAsync(c -> Thread.currentThread().getName()).get()).startsWith("letters");
        // A continuation may block on the pool itself.
        assertThat(pool.writeAsync(c -> 1)
                        .thenCompose(one -> CompletableFuture.completedFuture(
                                insert(pool, one).join()))
                        .get())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void cancellingBeforeItsTurnWithdrawsIt(int group) throws Exception {
        DuckPool pool = open(group);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = WriteFixture.block(pool, release);
        AtomicBoolean ran = new AtomicBoolean();
        CompletableFuture<Integer> withdrawn = pool.writeAsync(c -> {
            ran.set(true);
            return 0;
        });
        CompletableFuture<Integer> behind = insert(pool, 2);
        assertThat(withdrawn.cancel(true)).isTrue();
        assertThat(withdrawn.isCancelled()).isTrue();
        release.countDown();
        assertThat(behind.get()).isEqualTo(2);
        assertThat(blocker.get()).isZero();
        assertThat(blocker.cancel(true)).isFalse();
        assertThat(ran).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void cancellingWhatRunsInterruptsTheStatementAndRollsBack(int group) throws Exception {
        DuckPool pool = open(group);
        CountDownLatch inserted = new CountDownLatch(1);
        CompletableFuture<Integer> write = pool.writeAsync(c -> {
            run(c, "INSERT INTO t VALUES (1)");
            inserted.countDown();
            return intOf(c, WriteFixture.ENDLESS);
        });
        inserted.await();
        assertThat(write.cancel(true)).isTrue();
        assertThatThrownBy(write::get).isInstanceOf(CancellationException.class);
        assertThat(insert(pool, 1).get()).isEqualTo(1);

        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Integer> read = pool.readAsync(c -> {
            reading.countDown();
            return intOf(c, WriteFixture.ENDLESS);
        });
        reading.await();
        assertThat(read.cancel(true)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void aTimeEndsWhatWaitsAndWhatRuns(int group) throws Exception {
        DuckPool pool = open(group);
        assertThatThrownBy(() -> pool.writeAsync(c -> intOf(c, WriteFixture.ENDLESS), Duration.ofMillis(100))
                        .get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SQLTimeoutException.class)
                .hasMessageContaining("nothing of it is committed");
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = WriteFixture.block(pool, release);
        AtomicBoolean ran = new AtomicBoolean();
        assertThatThrownBy(() -> pool.writeAsync(
                                c -> {
                                    ran.set(true);
                                    return 0;
                                },
                                Duration.ofMillis(20))
                        .get())
                .hasCauseInstanceOf(SQLTimeoutException.class);
        release.countDown();
        assertThat(blocker.get()).isZero();
        assertThat(insert(pool, 1).get()).isEqualTo(1);
        assertThat(ran).isFalse();
    }

    /** Whoever was told that it is cancelled is not there, whoever was told that it is committed is, and nothing leaks. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void aStormOfCancelsLeavesExactlyWhatWasAcknowledged(int group) throws Exception {
        DuckPool pool = open(group);
        Random random = new Random(group);
        Set<Integer> acknowledged = new HashSet<>();
        int next = 0;
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<Integer>> futures = new ArrayList<>();
            int first = next;
            for (int i = 0; i < 30; i++) {
                futures.add(insert(pool, next++));
            }
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Integer> victim = futures.get(random.nextInt(futures.size()));
                boolean cancelled = victim.cancel(true);
                assertThat(victim.isCancelled()).isEqualTo(cancelled);
            }
            for (int i = 0; i < futures.size(); i++) {
                CompletableFuture<Integer> future = futures.get(i);
                try {
                    assertThat(future.get()).isEqualTo(first + i);
                    acknowledged.add(first + i);
                } catch (CancellationException e) {
                    assertThat(future.isCancelled()).isTrue();
                }
            }
        }
        assertThat(pool.<Set<Integer>>write(c -> {
                    Set<Integer> there = new HashSet<>();
                    try (var statement = c.createStatement();
                            var rows = statement.executeQuery("SELECT x FROM t")) {
                        while (rows.next()) {
                            there.add(rows.getInt(1));
                        }
                    }
                    return there;
                }))
                .isEqualTo(acknowledged);
        assertThat(pool.stats().active()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    void closingFailsWhatIsQueuedAndKeepsWhatWasAcknowledged(int group) throws Exception {
        DuckPool pool = open(group);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> running = WriteFixture.block(pool, release);
        List<CompletableFuture<?>> queued = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            queued.add(i % 2 == 0 ? insert(pool, i) : pool.appendAsync("t", i));
        }
        Thread closing = new Thread(pool::close);
        closing.start();
        for (CompletableFuture<?> write : queued) {
            assertThatThrownBy(write::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("letters: the pool is closed; the write was not begun");
        }
        release.countDown();
        closing.join();
        assertThat(running.get()).isZero();
        DuckPool again = open(0);
        assertThat(again.<Integer>read(c -> intOf(c, "SELECT count(*) FROM t"))).isZero();
    }
}
