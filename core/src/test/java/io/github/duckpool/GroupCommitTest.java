package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes that wait share a transaction, and nobody can tell but by the time it takes. */
@Timeout(60)
class GroupCommitTest {
    private static final int LIMIT = 16;

    @TempDir
    Path directory;

    private DuckPool pool;
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void open() throws SQLException {
        pool = DuckPool.builder()
                .database(directory.resolve("w.duckdb"))
                .poolName("letters")
                .groupCommit(GroupCommit.upTo(LIMIT))
                .build();
        pool.write(c -> {
            run(c, "CREATE TABLE t (x INTEGER PRIMARY KEY)");
            return 0;
        });
    }

    @AfterEach
    void close() {
        pool.close();
        assertThat(pool.stats().active()).isZero();
    }

    /** Has all that is asked for from now on wait until {@link #release}. */
    private void block() throws InterruptedException {
        assertThat(WriteFixture.block(pool, release)).isNotDone();
    }

    private int count() throws SQLException {
        return pool.read(c -> intOf(c, "SELECT count(*) FROM t"));
    }

    @Test
    void theLimitIsChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GroupCommit.upTo(1))
                .withMessage("groupCommit must be 2 to 4096 writes, was 1");
        assertThat(pool.config().groupCommit()).map(GroupCommit::limit).contains(LIMIT);
    }

    @Test
    void writesThatWaitRunInOrderAndShareTransactionsUpToTheLimit() throws Exception {
        block();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < 2 * LIMIT; i++) {
            int x = i;
            all.add(x);
            writes.add(pool.writeAsync(c -> {
                order.add(x);
                run(c, "INSERT INTO t VALUES (" + x + ")");
                return intOf(c, "SELECT txid_current()");
            }));
        }
        release.countDown();
        List<Integer> transactions = new ArrayList<>();
        for (CompletableFuture<Integer> write : writes) {
            transactions.add(write.get());
        }
        assertThat(order).isEqualTo(all);
        assertThat(new HashSet<>(transactions)).hasSize(2);
        assertThat(new HashSet<>(transactions.subList(0, LIMIT))).hasSize(1);
        assertThat(count()).isEqualTo(2 * LIMIT);
    }

    @Test
    void nobodyIsToldBeforeTheCommit() throws Exception {
        block();
        CountDownLatch lastOne = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        CompletableFuture<Integer> first = pool.writeAsync(c -> {
            run(c, "INSERT INTO t VALUES (1)");
            return 1;
        });
        CompletableFuture<Integer> seen = first.thenApply(one -> {
            try {
                return count();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Integer> last = pool.writeAsync(c -> {
            reached.countDown();
            return WriteFixture.uninterrupted(lastOne);
        });
        release.countDown();
        reached.await();
        // The first one's function has returned, in the same transaction.
        assertThat(first).isNotDone();
        assertThat(count()).isZero();
        lastOne.countDown();
        assertThat(last.get()).isZero();
        assertThat(seen.get()).isEqualTo(1);
    }

    @Test
    void aBadWriteHarmsItsOwnCallerAlone() throws Exception {
        block();
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < 2 * LIMIT; i++) {
            int x = i;
            writes.add(pool.writeAsync(c -> {
                run(c, "INSERT INTO t VALUES (" + x + ")");
                if (x % 5 == 0) {
                    run(c, "INSERT INTO t VALUES (" + x + ")");
                }
                if (x % 7 == 0) {
                    throw new IllegalStateException("seven " + x);
                }
                return x;
            }));
        }
        release.countDown();
        int good = 0;
        for (int i = 0; i < writes.size(); i++) {
            CompletableFuture<Integer> write = writes.get(i);
            if (i % 5 == 0) {
                assertThatThrownBy(write::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(SQLException.class)
                        .hasMessageContaining("onstraint");
            } else if (i % 7 == 0) {
                assertThatThrownBy(write::get).hasRootCauseMessage("seven " + i);
            } else {
                assertThat(write.get()).isEqualTo(i);
                good++;
            }
        }
        assertThat(count()).isEqualTo(good);
    }

    /** A setting, a temporary table: the next member gets another session, as if it had come alone. */
    @Test
    void whatOneLeavesInItsSessionTheNextDoesNotSee() throws Exception {
        block();
        CompletableFuture<Integer> dirty = pool.writeAsync(c -> {
            run(c, "CREATE TEMP TABLE secret AS SELECT 42 AS x");
            run(c, "INSERT INTO t VALUES (1)");
            return 1;
        });
        CompletableFuture<Integer> next = pool.writeAsync(c -> intOf(c, "SELECT x FROM secret"));
        CompletableFuture<Integer> good = pool.writeAsync(c -> {
            run(c, "INSERT INTO t VALUES (2)");
            return 2;
        });
        release.countDown();
        assertThat(dirty.get()).isEqualTo(1);
        assertThatThrownBy(next::get).hasMessageContaining("secret");
        assertThat(good.get()).isEqualTo(2);
        assertThat(count()).isEqualTo(2);
    }

    /** A unique index that only the commit finds violated: by a transaction outside of the line. */
    @Test
    void aCommitThatFailsHarmsWhoCausedIt() throws Exception {
        block();
        try (var outside = pool.getConnection()) {
            outside.setAutoCommit(false);
            run(outside, "INSERT INTO t VALUES (3)");
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch committed = new CountDownLatch(1);
            List<CompletableFuture<Integer>> writes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int x = i;
                writes.add(pool.writeAsync(c -> {
                    run(c, "INSERT INTO t VALUES (" + x + ")");
                    if (x == 7) {
                        running.countDown();
                        WriteFixture.uninterrupted(committed);
                    }
                    return x;
                }));
            }
            release.countDown();
            running.await();
            outside.commit();
            committed.countDown();
            for (int i = 0; i < writes.size(); i++) {
                CompletableFuture<Integer> write = writes.get(i);
                if (i == 3) {
                    assertThatThrownBy(write::get)
                            .hasCauseInstanceOf(SQLException.class)
                            .hasMessageContainingAll("3", "key");
                } else {
                    assertThat(write.get()).isEqualTo(i);
                }
            }
        }
        assertThat(count()).isEqualTo(8);
    }
}
