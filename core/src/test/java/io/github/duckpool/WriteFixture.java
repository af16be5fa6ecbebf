package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A pool on a file with a table {@code t}, and what tests of writing need. */
abstract class WriteFixture {
    /** A query that runs until somebody cancels it. */
    static final String ENDLESS =
            "SELECT count(*) FROM range(10000000000) a, range(10000000000) b WHERE a.range + b.range = -1";

    /** Tries again where there was a conflict, a few times. */
    static final RetryPolicy CONFLICT_RETRY = new RetryPolicy() {
        @Override
        public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
            for (int i = 0; ; i++) {
                try {
                    return work.call();
                } catch (SQLException e) {
                    if (i == 5 || !e.getMessage().contains("Conflict")) {
                        throw e;
                    }
                }
            }
        }
    };

    @TempDir
    Path directory;

    DuckPool pool;

    DuckPoolBuilder builder() {
        return DuckPool.builder().database(directory.resolve("w.duckdb")).poolName("letters");
    }

    @BeforeEach
    void open() throws SQLException {
        pool = builder().maxSize(3).build();
        pool.write(c -> {
            run(c, "CREATE TABLE t (x INTEGER PRIMARY KEY)");
            return 0;
        });
    }

    @AfterEach
    void close() {
        pool.close(); // a result is given out before its connection goes back
        assertThat(pool.stats().active()).isZero();
    }

    int count() throws SQLException {
        return pool.read(c -> intOf(c, "SELECT count(*) FROM t"));
    }

    /** Has a write keep the line until it is released; who asks when this has returned is no part of its group. */
    static CompletableFuture<Integer> block(DuckPool pool, CountDownLatch release) throws InterruptedException {
        CountDownLatch blocking = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = pool.writeAsync(
                c -> {
                    blocking.countDown();
                    return uninterrupted(release);
                },
                Duration.ofMinutes(10)); // whatever short time the pool's borrowers have
        blocking.await();
        return blocker;
    }

    static int uninterrupted(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}
