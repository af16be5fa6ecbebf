package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What cancelling a write means at each point of its life. Up to its COMMIT it is cancelled, and nothing of it is there; from
 * there on it is too late, and its outcome is told.
 */
@Timeout(60)
class WriteCancelTest {
    /** How a write comes to its COMMIT. */
    enum Way {
        ALONE(0),
        GROUP(16),
        ROW(0);

        private final int group;

        Way(int group) {
            this.group = group;
        }

        DuckPool open(FaultySource source) throws SQLException {
            DuckPoolBuilder builder =
                    DuckPool.builder().dataSource(source).poolName("letters").maxSize(2);
            if (group > 0) {
                builder.groupCommit(GroupCommit.upTo(group));
            }
            DuckPool pool = builder.build();
            pool.read(c -> 0);
            return pool;
        }

        CompletableFuture<?> ask(DuckPool pool, int x) {
            return this == ROW
                    ? pool.appendAsync("t", x)
                    : pool.writeAsync(c -> {
                        run(c, "INSERT INTO t VALUES (" + x + ")");
                        return x;
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void inTheCommitItIsTooLate(Way way) throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = way.open(source)) {
            CountDownLatch gate = new CountDownLatch(1);
            source.commitGate = gate;
            CompletableFuture<?> write = way.ask(pool, 1);
            source.committing.await();
            assertThat(write.cancel(true)).isFalse();
            assertThat(write.isDone()).isFalse();
            gate.countDown();
            write.get();
            assertThat(write.cancel(true)).isFalse();
            assertThat(write.isCancelled()).isFalse();
            assertThat(source.values()).containsExactly(1);
            assertThat(source.trace).doesNotContain("Statement.cancel", "PreparedStatement.cancel");
        }
    }

    /** Those who share a COMMIT share its fate, and none of them can be taken out any more. */
    @ParameterizedTest
    @EnumSource(names = {"GROUP", "ROW"})
    void inTheCommitOfAGroupItIsTooLateForAll(Way way) throws Exception {
        for (boolean fails : List.of(false, true)) {
            try (FaultySource source = new FaultySource();
                    DuckPool pool = way.open(source)) {
                CountDownLatch gate = new CountDownLatch(1);
                source.commitGate = gate;
                source.fault = () -> new SQLException(FaultySource.FATAL);
                source.failCommit = fails;
                source.late = true;
                CountDownLatch release = new CountDownLatch(1);
                WriteFixture.block(pool, release);
                List<CompletableFuture<?>> writes = new ArrayList<>();
                for (int x = 1; x <= 20; x++) {
                    writes.add(way.ask(pool, x));
                    if (writes.size() == 10 && way == Way.GROUP) {
                        break;
                    }
                }
                release.countDown();
                source.committing.await();
                for (CompletableFuture<?> write : writes) {
                    assertThat(write.cancel(true)).isFalse();
                }
                gate.countDown();
                for (CompletableFuture<?> write : writes) {
                    while (!write.isDone()) {
                        assertThat(write.cancel(true)).isFalse();
                    }
                    if (fails) {
                        assertThatThrownBy(write::get).hasMessageContaining("committed is unknown");
                    } else {
                        write.get();
                    }
                }
                assertThat(source.values()).hasSize(writes.size());
            }
        }
    }

    /** Somebody else's COMMIT is theirs: who waits meanwhile is withdrawn. */
    @ParameterizedTest
    @EnumSource
    void duringAnothersCommitWhatWaitsIsWithdrawn(Way way) throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = way.open(source)) {
            CountDownLatch gate = new CountDownLatch(1);
            source.commitGate = gate;
            CompletableFuture<?> write = way.ask(pool, 1);
            source.committing.await();
            CompletableFuture<?> behind = way.ask(pool, 2);
            CompletableFuture<?> last = way.ask(pool, 3);
            assertThat(behind.cancel(true)).isTrue();
            gate.countDown();
            write.get();
            last.get();
            assertThat(source.values()).containsExactly(1, 3);
        }
    }

    /** A COMMIT that says no more than that something went wrong: nobody may say that nothing is there. */
    @ParameterizedTest
    @EnumSource
    void anUnknownOutcomeIsToldAndNeverCalledCancelled(Way way) throws Exception {
        for (boolean late : List.of(false, true)) {
            try (FaultySource source = new FaultySource();
                    DuckPool pool = way.open(source)) {
                CountDownLatch gate = new CountDownLatch(1);
                source.commitGate = gate;
                source.fault = () -> new SQLException(FaultySource.FATAL);
                source.late = late;
                source.failCommit = true;
                CompletableFuture<?> write = way.ask(pool, 1);
                source.committing.await();
                gate.countDown();
                while (!write.isDone()) {
                    assertThat(write.cancel(true)).isFalse(); // at every moment of it
                }
                assertThatThrownBy(write::get)
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isEqualTo("08007");
                assertThat(source.values()).hasSize(late ? 1 : 0);
            }
        }
    }

    /** A deadline and an interrupt come too late as well. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void inTheCommitDeadlinesAndInterruptsComeTooLate(int group) throws Exception {
        Duration time = Duration.ofSeconds(1);
        while (!comesTooLate(group, time)) {
            time = time.multipliedBy(2); // a machine so slow that the time was over before the COMMIT
        }
    }

    private static boolean comesTooLate(int group, Duration time) throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = (group == 0 ? Way.ALONE : Way.GROUP).open(source)) {
            CountDownLatch gate = new CountDownLatch(1);
            source.commitGate = gate;
            AtomicReference<@Nullable Object> outcome = new AtomicReference<>();
            long startNanos = System.nanoTime();
            Thread writer = new Thread(() -> {
                try {
                    int changed = pool.write(
                            c -> {
                                run(c, "INSERT INTO t VALUES (1)");
                                return 7;
                            },
                            time);
                    outcome.set(changed + " " + Thread.currentThread().isInterrupted());
                } catch (SQLException e) {
                    outcome.set(e);
                }
            });
            writer.start();
            while (!source.committing.await(10, TimeUnit.MILLISECONDS)) {
                if (!writer.isAlive()) {
                    return false;
                }
            }
            writer.interrupt();
            while (System.nanoTime() - startNanos < time.toNanos() + 200_000_000) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            gate.countDown();
            writer.join();
            assertThat(outcome.get()).isEqualTo("7 true");
            assertThat(source.values()).containsExactly(1);
            return true;
        }
    }

    /** Whoever completes the future himself has no promise. */
    @Test
    void aFutureCompletedByItsUserInTheCommitHidesTheOutcomeAsDocumented() throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = Way.ALONE.open(source)) {
            CountDownLatch gate = new CountDownLatch(1);
            source.commitGate = gate;
            CompletableFuture<?> write = Way.ALONE.ask(pool, 1);
            source.committing.await();
            assertThat(write.completeExceptionally(new IllegalStateException("mine")))
                    .isTrue();
            gate.countDown();
            assertThat(pool.<Integer>write(c -> intOf(c, "SELECT count(*) FROM t")))
                    .isEqualTo(1);
            assertThatThrownBy(write::get).hasRootCauseMessage("mine");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void betweenStatementsTheNextOneIsRefused(int group) throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = (group == 0 ? Way.ALONE : Way.GROUP).open(source)) {
            CountDownLatch inserted = new CountDownLatch(1);
            CountDownLatch cancelled = new CountDownLatch(1);
            AtomicReference<@Nullable SQLException> met = new AtomicReference<>();
            CompletableFuture<Integer> write = pool.writeAsync(c -> {
                run(c, "INSERT INTO t VALUES (1)");
                inserted.countDown();
                WriteFixture.uninterrupted(cancelled);
                try {
                    run(c, "INSERT INTO t VALUES (2)");
                } catch (SQLException e) {
                    met.set(e);
                }
                return 0;
            });
            inserted.await();
            assertThat(write.cancel(true)).isTrue();
            cancelled.countDown();
            assertThat(pool.<Integer>write(c -> intOf(c, "SELECT count(*) FROM t")))
                    .isZero();
            assertThat((Throwable) met.get()).hasMessageContaining("letters: cancelled; nothing of it is committed");
        }
    }

    /** Its last statement is done and the function has returned, or is about to: nothing of it is committed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void betweenTheLastStatementAndTheCommitItIsRolledBack(int group) throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = (group == 0 ? Way.ALONE : Way.GROUP).open(source)) {
            CountDownLatch inserted = new CountDownLatch(1);
            CountDownLatch cancelled = new CountDownLatch(1);
            CompletableFuture<Integer> write = pool.writeAsync(c -> {
                run(c, "INSERT INTO t VALUES (1)");
                inserted.countDown();
                return WriteFixture.uninterrupted(cancelled);
            });
            inserted.await();
            CompletableFuture<?> next = Way.ALONE.ask(pool, 2);
            assertThat(write.cancel(false)).isTrue();
            cancelled.countDown();
            next.get();
            assertThatThrownBy(write::get).isInstanceOf(CancellationException.class);
            assertThat(source.values()).containsExactly(2);
            assertThat(pool.stats().active()).isLessThanOrEqualTo(1);
        }
    }

    /**
     * The cancel of one write chases its statements; those of the next in the same transaction, and of the next borrower of
     * the same connection, must not feel it.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void nobodyElseIsInterrupted(int group) throws Exception {
        DuckPoolBuilder builder = DuckPool.builder().database(":memory:").maxSize(1);
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        try (DuckPool pool = builder.build()) {
            AtomicInteger harmed = new AtomicInteger();
            List<CompletableFuture<Integer>> innocent = new ArrayList<>();
            for (int round = 0; round < 150; round++) {
                CountDownLatch running = new CountDownLatch(1);
                CompletableFuture<Integer> victim = pool.writeAsync(c -> {
                    running.countDown();
                    try (Statement statement = c.createStatement()) {
                        for (int i = 0; i < 20; i++) {
                            statement.execute("SELECT 1");
                        }
                    }
                    return 0;
                });
                for (int i = 0; i < 3; i++) {
                    innocent.add(pool.writeAsync(c -> {
                        try (Statement statement = c.createStatement()) {
                            for (int n = 0; n < 5; n++) {
                                statement.execute("SELECT sum(range) FROM range(5000)");
                            }
                        } catch (SQLException e) {
                            harmed.incrementAndGet();
                            throw e;
                        }
                        return 1;
                    }));
                }
                running.await();
                for (int spin = 0; spin < round * 50; spin++) {
                    Thread.onSpinWait();
                }
                victim.cancel(true);
            }
            for (CompletableFuture<Integer> write : innocent) {
                assertThat(write.get()).isEqualTo(1);
            }
            assertThat(harmed).hasValue(0);
        }
    }
}
