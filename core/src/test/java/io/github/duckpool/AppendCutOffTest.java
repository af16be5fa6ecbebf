package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A connection that is cut off while rows are appended is closed between two uses of the appender, never under one: the driver
 * writes rows straight into native memory, which its close frees. In a JVM of its own, since that would be the end of it.
 */
@Timeout(360)
class AppendCutOffTest {
    private static final int ROUNDS = 60;

    @TempDir
    Path directory;

    @Test
    void noAppenderIsClosedUnderItsUser() throws Exception {
        assertThat(ChildJvm.run(directory, List.of(), Appending.class, "cut.duckdb"))
                .contains("survived " + ROUNDS);
    }

    /** Closes pools that are appending. */
    static final class Appending {
        public static void main(String[] args) throws Exception {
            try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
                DuckPoolTest.run(c, "CREATE TABLE t (x BIGINT, name VARCHAR, y BIGINT, other VARCHAR)");
            }
            for (int round = 0; round < ROUNDS; round++) {
                round(args[0], round);
            }
            try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
                int rows = DuckPoolTest.intOf(c, "SELECT count(*) FROM t");
                if (rows != 0) {
                    throw new AssertionError(rows + " rows of appends that failed");
                }
            }
            System.out.println("survived " + ROUNDS);
        }

        private static void round(String file, int round) throws Exception {
            DuckPool pool = DuckPool.builder()
                    .database(Path.of(file))
                    .sharing(Sharing.exclusive())
                    .closeTimeout(Duration.ZERO)
                    .build();
            CountDownLatch appending = new CountDownLatch(1);
            String text = "a text that is too long to lie in the row itself ".repeat(4);
            FutureTask<SQLException> appended = new FutureTask<>(() -> {
                try {
                    pool.append("t", Stream.iterate(0L, i -> i + 1).map(i -> {
                        if (i == 3_000) {
                            appending.countDown();
                        }
                        return new Object[] {i, text, -i, text};
                    }));
                    throw new AssertionError("an endless stream ended");
                } catch (SQLException e) {
                    return e;
                }
            });
            Thread appender = new Thread(appended, "appender");
            appender.start();
            if (!appending.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing was appended: " + appended);
            }
            TimeUnit.MICROSECONDS.sleep(round * 97L % 5_000);
            pool.close();
            SQLException told = appended.get(30, TimeUnit.SECONDS);
            if (!"08006".equals(told.getSQLState()) || !told.getMessage().contains("the pool was closed")) {
                throw new AssertionError("round " + round, told);
            }
        }
    }
}
