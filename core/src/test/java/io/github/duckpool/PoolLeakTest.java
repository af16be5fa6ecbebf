package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever borrowers do, as many native connections, descriptors and threads are left as before. */
@Timeout(120)
class PoolLeakTest {
    @TempDir
    Path directory;

    /** What DuckDB itself counts, the counting connection included. */
    private static int nativeConnections(Connection c) throws SQLException {
        return DuckPoolTest.intOf(c, "SELECT * FROM duckdb_connection_count()");
    }

    private static void misbehave(DuckPool pool, int how) throws Exception {
        Connection c = pool.getConnection();
        switch (how % 10) {
            case 0 -> c.close();
            case 1 -> {
                Statement unclosed = c.createStatement();
                unclosed.executeQuery("SELECT * FROM range(100000)");
                c.close();
            }
            case 2 -> {
                DuckPoolTest.run(c, "CREATE TEMP TABLE mine AS SELECT 1 AS x");
                c.close();
                c.close();
            }
            case 3 -> {
                c.setAutoCommit(false);
                assertThatThrownBy(() -> DuckPoolTest.run(c, "SELECT no_such")).isInstanceOf(SQLException.class);
                c.close();
            }
            case 4 -> {
                c.unwrap(DuckDBConnection.class).createAppender("main", "letter");
                c.close();
            }
            case 5 -> c.abort(Runnable::run);
            case 6 -> {
                c.unwrap(DuckDBConnection.class);
                c.abort(task -> {
                    throw new RejectedExecutionException("shut down");
                });
            }
            case 7 -> {
                CompletableFuture<Connection> waiting = pool.connectionAsync();
                if (!waiting.cancel(true)) {
                    waiting.join().close();
                }
                c.close();
            }
            case 8 -> {
                c.prepareStatement("SELECT ?");
                Thread closer = new Thread(() -> {
                    try {
                        c.close();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                closer.start();
                closer.join();
            }
            default -> {
                pool.connectionAsync().get(30, TimeUnit.SECONDS).close();
                c.close();
            }
        }
    }

    @Test
    void nativeConnectionsDescriptorsAndThreads() throws Exception {
        assumeThat(Files.isDirectory(Path.of("/proc/self/fd")))
                .as("SKIPPED: this system does not tell which files are open")
                .isTrue();
        Path file = directory.resolve("letters.duckdb");
        int descriptors = 0;
        for (int round = 0; round < 6; round++) {
            DuckPool pool = DuckPool.builder()
                    .database(file)
                    .sharing(Sharing.exclusive())
                    .maxSize(3)
                    .initSql("CREATE TABLE IF NOT EXISTS letter (id INTEGER)")
                    .idleTimeout(Duration.ofMinutes(1))
                    .build();
            for (int how = 0; how < 90; how++) {
                misbehave(pool, how);
            }
            try (Connection c = pool.getConnection()) {
                // The anchor, this one, and those that rest: closings off the thread are waited for.
                await(() -> nativeConnections(c) <= 2 + pool.stats().idle());
                assertThat(nativeConnections(c)).isEqualTo(2 + pool.stats().idle());
                assertThat(pool.stats().created() - pool.stats().destroyed())
                        .isEqualTo(1 + pool.stats().idle());
            }
            String name = pool.config().poolName();
            pool.close();
            assertThat(BadInputTest.openFiles(file)).isEmpty();
            await(() -> threadsOf(name).isEmpty());
            if (round == 2) {
                descriptors = descriptors(); // by now everything is loaded that is loaded once
            }
        }
        assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
    }

    @Test
    void poolsThatAreNeverUsedLeaveNothing() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            DuckPool pool = DuckPool.builder().database(":memory:").build();
            names.add(pool.config().poolName());
            pool.close();
        }
        for (String name : names) {
            await(() -> threadsOf(name).isEmpty());
        }
    }

    /** Ends with an error if the test's time is over, for then it is interrupted. */
    private static void await(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static List<String> threadsOf(String pool) {
        Thread[] threads = new Thread[Thread.activeCount() + 100];
        int count = Thread.enumerate(threads);
        return Stream.of(threads)
                .limit(count)
                .map(Thread::getName)
                .filter(name -> name.startsWith(pool + " "))
                .toList();
    }

    /** The fewest of some looks: whoever else runs in this process, the JVM too, opens a file for a moment now and then. */
    private static int descriptors() throws IOException, InterruptedException {
        int fewest = Integer.MAX_VALUE;
        for (int look = 0; look < 20; look++) {
            try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
                fewest = Math.min(fewest, (int) all.count());
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return fewest;
    }
}
