package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that all want the same row: every addition counts, and no attempt is wasted. */
class HotRowTest {
    private static final int THREADS = 8;
    private static final int EACH = 1_000;

    @TempDir
    Path directory;

    private final AtomicInteger runs = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();

    /** Would retry, and notes that it had to. */
    private final class Noting implements RetryPolicy {
        @Override
        public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
            while (true) {
                try {
                    return work.call();
                } catch (SQLException e) {
                    errors.add(e);
                    if (errors.size() > 100) {
                        throw e;
                    }
                }
            }
        }
    }

    private int increment(Connection connection) throws SQLException {
        runs.incrementAndGet();
        try (PreparedStatement update = connection.prepareStatement("UPDATE counter SET n = n + 1 WHERE id = 1")) {
            return update.executeUpdate();
        }
    }

    /** Alone and in groups. */
    @ParameterizedTest
    @ValueSource(ints = {0, 64})
    @Timeout(600)
    void everyAdditionCountsAndNoneIsTriedTwice(int group) throws Exception {
        DuckPoolBuilder builder = DuckPool.builder()
                .database(directory.resolve("hot.duckdb"))
                .borrowTimeout(Duration.ofSeconds(580))
                .oltp()
                .retry(new Noting());
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        try (DuckPool pool = builder.build()) {
            pool.write(c -> {
                run(c, "CREATE TABLE counter (id INTEGER, n INTEGER)");
                run(c, "INSERT INTO counter VALUES (1, 0)");
                return 0;
            });
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                Thread thread = new Thread(() -> {
                    try {
                        for (int i = 0; i < EACH; i++) {
                            assertThat(pool.<Integer>write(this::increment)).isEqualTo(1);
                        }
                    } catch (SQLException | RuntimeException | Error e) {
                        errors.add(e);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(errors).isEmpty();
            assertThat(pool.<Integer>read(c -> intOf(c, "SELECT n FROM counter")))
                    .isEqualTo(THREADS * EACH);
            assertThat(runs).hasValue(THREADS * EACH);
        }
    }
}
