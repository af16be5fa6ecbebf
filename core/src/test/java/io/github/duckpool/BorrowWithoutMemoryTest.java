package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A borrow that fails for want of memory costs nobody a connection, wherever it fails. */
@Timeout(360)
class BorrowWithoutMemoryTest {
    private static final int SIZE = 2;

    @TempDir
    Path directory;

    /** How to borrow, and give back what was had. */
    enum Way {
        BLOCKING {
            @Override
            void borrow(DuckPool pool) throws SQLException {
                pool.getConnection(Duration.ZERO).close();
            }
        },
        TRACKED {
            @Override
            void borrow(DuckPool pool) throws SQLException {
                BLOCKING.borrow(pool);
            }
        },
        FUTURE_IN_LINE {
            @Override
            void borrow(DuckPool pool) throws SQLException {
                inLine(pool, () -> pool.connectionAsync(Duration.ofSeconds(1)).thenAccept(Way::giveBack));
            }
        },
        WORKER_IN_LINE {
            @Override
            void borrow(DuckPool pool) throws SQLException {
                inLine(pool, () -> pool.readAsync(connection -> true));
            }
        };

        abstract void borrow(DuckPool pool) throws SQLException;

        private static void inLine(DuckPool pool, Runnable ask) throws SQLException {
            @Nullable Connection first = null;
            @Nullable Connection second = null;
            try {
                first = pool.getConnection();
                second = pool.getConnection();
                ask.run();
            } finally {
                giveBack(second);
                giveBack(first);
            }
        }

        static void giveBack(@Nullable Connection connection) {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyConnectionIsThereWhenThereIsMemoryAgain(Way way) throws Exception {
        List<String> smallHeap = List.of("env", "_JAVA_OPTIONS=-Xmx24m -XX:+UseSerialGC");
        assertThat(ChildJvm.run(directory, smallHeap, Borrowing.class, way.name()))
                .contains("served");
    }

    /** Borrows again and again while the whole heap is taken. */
    static final class Borrowing {
        private static final int FAILURES = 6;
        private static final int MOST_TRIES = 1_000;

        private static final Object[] NOTHING = {};

        /** What takes the memory: each block holds the one before. */
        private static Object[] hoard = NOTHING;

        public static void main(String... args) throws Exception {
            Way way = Way.valueOf(args[0]);
            try (DuckPool loaded = DuckPool.builder().database(":memory:").build()) {
                loaded.getConnection().close(); // unpacks the driver's library
            }
            try (DuckPool pool = DuckPool.builder()
                    .database(":memory:")
                    .maxSize(SIZE)
                    .borrowTimeout(Duration.ofMinutes(1))
                    .leakThreshold(way == Way.TRACKED ? Duration.ofDays(1) : Duration.ZERO)
                    .maxLifetime(Duration.ofMillis(200))
                    .build()) {
                serve(pool);
                for (int i = 0; i < 50; i++) {
                    way.borrow(pool); // and load the classes
                }
                int failures = 0;
                for (int tries = 0; failures < FAILURES; tries++) {
                    if (tries == MOST_TRIES) {
                        throw new AssertionError("there was memory for all of it");
                    }
                    failures += fails(way, pool) ? 1 : 0;
                    hoard = NOTHING;
                    serve(pool);
                }
                long destroyed = pool.stats().destroyed();
                for (int i = 0; i < 1_000 && pool.stats().destroyed() == destroyed; i++) {
                    Thread.sleep(10);
                    pool.getConnection().close();
                }
                if (pool.stats().destroyed() == destroyed) {
                    throw new AssertionError("the housekeeping has ended");
                }
            }
            System.out.println("served");
        }

        private static boolean fails(Way way, DuckPool pool) {
            takeAll();
            try {
                way.borrow(pool);
                return false;
            } catch (SQLException | OutOfMemoryError e) {
                return true;
            }
        }

        private static void takeAll() {
            for (int length = 1 << 20; length > 0; ) {
                try {
                    Object[] block = new Object[length];
                    block[0] = hoard;
                    hoard = block;
                } catch (OutOfMemoryError e) {
                    length /= 2;
                }
            }
        }

        /** Has all there is at once, and one more. */
        private static void serve(DuckPool pool) throws Exception {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < SIZE; i++) {
                all.add(pool.getConnection());
            }
            CompletableFuture<Connection> waiting = pool.connectionAsync();
            for (Connection c : all) {
                c.close();
            }
            waiting.get(60, TimeUnit.SECONDS).close();
        }
    }
}
