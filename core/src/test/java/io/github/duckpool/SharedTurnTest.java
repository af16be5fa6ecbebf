package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writes that share a turn keep times, cancels and transactions of their own. */
@Timeout(60)
class SharedTurnTest extends WriteFixture {
    private final CountDownLatch release = new CountDownLatch(1);

    private void reopen(int size, Duration borrowTimeout) throws SQLException {
        pool.close();
        pool = builder()
                .maxSize(size)
                .borrowTimeout(borrowTimeout)
                .groupCommit(GroupCommit.upTo(16))
                .build();
        pool.write(c -> 0, Duration.ofMinutes(1)); // opening is not what the time is for
    }

    /** The wait for a connection ends for the one whose time is over, and goes on for the other. */
    @Test
    void whoHasLessTimeFailsAlone() throws Exception {
        reopen(1, Duration.ofMillis(500));
        CompletableFuture<Integer> blocker = block(pool, release);
        CompletableFuture<Connection> other = pool.connectionAsync(Duration.ofSeconds(20));
        CompletableFuture<Integer> patient = pool.writeAsync(c -> 2, Duration.ofSeconds(40));
        CompletableFuture<Integer> hasty = pool.writeAsync(c -> 1);
        release.countDown();
        assertThat(blocker.get()).isZero();
        try (Connection held = other.get()) {
            assertThatThrownBy(() -> hasty.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(SQLException.class);
            assertThat(held.isClosed()).isFalse();
            assertThat(patient).isNotDone();
        }
        assertThat(patient.get()).isEqualTo(2);
    }

    /** Who joins later waits longer, and is told when that is over, although the turn has not come. */
    @Test
    void eachOneInLineIsToldWhenItsTimeIsOver() throws Exception {
        reopen(2, Duration.ofMillis(400));
        CompletableFuture<Integer> blocker = block(pool, release);
        CompletableFuture<Integer> first = pool.writeAsync(c -> 1);
        TimeUnit.MILLISECONDS.sleep(200); // so that its time is over later
        CompletableFuture<Integer> second = pool.writeAsync(c -> 2);
        for (CompletableFuture<Integer> write : List.of(first, second)) {
            assertThatThrownBy(() -> write.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SQLTransientConnectionException.class);
        }
        assertThat(blocker).isNotDone();
        release.countDown();
        assertThat(blocker.get()).isZero();
    }

    /** Those before it were about to commit when it was found, and do so without it. */
    @Test
    void whoIsCancelledAfterItsFunctionIsLeftOut() throws Exception {
        reopen(2, Duration.ofSeconds(30));
        CompletableFuture<Integer> blocker = block(pool, release);
        CompletableFuture<Integer> first = pool.writeAsync(c -> inserted(c, 1));
        AtomicReference<@Nullable CompletableFuture<Integer>> itself = new AtomicReference<>();
        CompletableFuture<Integer> cancelled = pool.writeAsync(c -> {
            inserted(c, 2);
            CompletableFuture<Integer> mine = itself.get();
            assertThat(mine != null && mine.cancel(true)).isTrue();
            return 2;
        });
        itself.set(cancelled);
        CompletableFuture<Integer> last = pool.writeAsync(c -> inserted(c, 3));
        release.countDown();
        assertThat(blocker.get()).isZero();
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(last.get(20, TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(cancelled).isCancelled();
        assertThat(pool.<Integer>read(c -> intOf(c, "SELECT sum(x) FROM t"))).isEqualTo(4);
    }

    private static int inserted(Connection c, int x) throws SQLException {
        run(c, "INSERT INTO t VALUES (" + x + ")");
        return x;
    }

    /** The appender that comes first in a transaction must not commit by itself: what is done again would be there twice. */
    @Test
    void rowsThatAreDoneAgainAreThereOnce() throws Exception {
        pool.write(c -> c.createStatement().execute("CREATE TABLE plain (x INTEGER)"));
        for (int round = 1;
                round <= 2;
                round++) { // in the second the columns are known, and nobody asks before the appender
            CountDownLatch go = new CountDownLatch(1);
            CompletableFuture<Integer> blocker = block(pool, go);
            List<CompletableFuture<?>> rows = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                rows.add(pool.appendAsync("plain", i));
            }
            CompletableFuture<?> bad = pool.appendAsync("nowhere", 1);
            go.countDown();
            assertThat(blocker.get()).isZero();
            for (CompletableFuture<?> row : rows) {
                assertThat(row.get()).isNull();
            }
            assertThatThrownBy(bad::get).hasCauseInstanceOf(SQLException.class);
            assertThat(pool.<Integer>read(c -> intOf(c, "SELECT count(*) FROM plain")))
                    .isEqualTo(40 * round);
        }
    }

    /** A COMMIT is not cut off by a deadline; if it fails, what is tried after it is. */
    @Test
    void aDeadlineThatPassedInACommitEndsTheNextAttempt() throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool retrying = DuckPool.builder()
                        .dataSource(source)
                        .maxSize(2)
                        .retry(CONFLICT_RETRY)
                        .build()) {
            retrying.write(c -> 0);
            source.fault = () -> new SQLException("TransactionContext Error: Failed to commit: Conflict on update!");
            source.failCommit = true;
            source.commitGate = release;
            AtomicInteger attempts = new AtomicInteger();
            Duration time = Duration.ofSeconds(3); // long enough to come to the COMMIT
            CompletableFuture<Integer> write = retrying.writeAsync(
                    c -> {
                        if (attempts.incrementAndGet() == 1) {
                            return inserted(c, 1);
                        }
                        return intOf(c, ENDLESS);
                    },
                    time);
            long fromNanos = System.nanoTime(); // its time runs already
            source.committing.await();
            while (System.nanoTime() - fromNanos < time.toNanos()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(write).isNotDone();
            release.countDown();
            assertThatThrownBy(() -> write.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(SQLTimeoutException.class);
            source.failCommit = false;
            assertThat(source.values()).isEmpty();
        }
    }
}
