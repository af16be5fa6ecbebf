package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a pool is closed nobody waits in vain, nothing acknowledged is lost, and the file is free. */
@Timeout(120)
class PoolCloseTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    private DuckPoolBuilder builder() {
        return DuckPool.builder().database(file()).sharing(Sharing.exclusive());
    }

    /** Another process, which opens a file for writing, and counts and adds a row. */
    static final class Writer {
        public static void main(String[] args) throws Exception {
            try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
                System.out.println("found " + DuckPoolTest.intOf(c, "SELECT count(*) FROM letter"));
                DuckPoolTest.run(c, "INSERT INTO letter VALUES (-1)");
            }
        }
    }

    @Test
    void anotherProcessMayWriteAtOnce() throws Exception {
        DuckPool pool = builder().minIdle(2).build();
        try (Connection c = pool.getConnection()) {
            DuckPoolTest.run(c, "CREATE TABLE letter (id INTEGER)");
            DuckPoolTest.run(c, "INSERT INTO letter VALUES (1), (2)");
            DuckPoolTest.run(c, "CREATE TEMP TABLE touched (x INTEGER)");
        }
        Connection forgotten = pool.getConnection();
        pool.close();
        assertThat(forgotten.isClosed()).as("closed only after the grace time").isTrue();
        assertThat(BadInputTest.openFiles(file())).isEmpty();
        assertThat(ChildJvm.run(directory, List.of(), Writer.class, file().toString()))
                .contains("found 2");
        try (DuckPool again = builder().build();
                Connection c = again.getConnection()) {
            assertThat(DuckPoolTest.intOf(c, "SELECT count(*) FROM letter")).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100_000})
    void closingDuringLoadLosesNothingThatWasAcknowledged(long graceMillis) throws Exception {
        for (int round = 0; round < 3; round++) {
            Files.deleteIfExists(file());
            DuckPool pool = builder()
                    .maxSize(4)
                    .closeTimeout(Duration.ofMillis(graceMillis))
                    .build();
            try (Connection c = pool.getConnection()) {
                DuckPoolTest.run(c, "CREATE TABLE letter (id BIGINT)");
            }
            AtomicLong ids = new AtomicLong();
            AtomicInteger acknowledged = new AtomicInteger();
            AtomicInteger tried = new AtomicInteger();
            AtomicReference<Throwable> odd = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            CountDownLatch busy = new CountDownLatch(200);
            for (int i = 0; i < 16; i++) {
                boolean async = i % 2 == 0;
                Thread thread = new Thread(() -> {
                    try {
                        while (true) {
                            try (Connection c =
                                    async ? pool.connectionAsync().get(60, TimeUnit.SECONDS) : pool.getConnection()) {
                                tried.incrementAndGet();
                                DuckPoolTest.run(c, "INSERT INTO letter VALUES (" + ids.incrementAndGet() + ")");
                                acknowledged.incrementAndGet();
                                busy.countDown();
                            }
                        }
                    } catch (SQLException e) {
                        noteOdd(e, odd);
                    } catch (ExecutionException e) {
                        noteOdd(e.getCause(), odd);
                    } catch (Throwable e) {
                        odd.set(e);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            busy.await();
            pool.close();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(odd.get()).isNull();
            assertThat(pool.stats().active()).isZero();
            assertThat(pool.stats().idle()).isZero();
            assertThat(pool.stats().waiting()).isZero();
            assertThat(BadInputTest.openFiles(file())).isEmpty();
            try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + file())) {
                assertThat(DuckPoolTest.intOf(c, "SELECT count(*) FROM letter"))
                        .isBetween(acknowledged.get(), tried.get());
                assertThat(DuckPoolTest.intOf(c, "SELECT count(*) - count(DISTINCT id) FROM letter"))
                        .isZero();
            }
            if (graceMillis > 0) {
                assertThat(acknowledged.get()).as("nobody was cut off").isEqualTo(tried.get());
            }
        }
    }

    /** Refused because the pool is closed, or cut off by it: anything else is odd. */
    private static void noteOdd(Throwable e, AtomicReference<Throwable> odd) {
        boolean refused = e instanceof SQLNonTransientConnectionException
                && (e.getMessage().contains("the pool is closed")
                        || e.getMessage().contains("the pool was closed"));
        if (!refused) {
            odd.set(e);
        }
    }

    @Test
    void whoeverWaitsIsToldAtOnceAndWhoeverHasSomethingMayFinish() throws Exception {
        DuckPool pool = builder().maxSize(1).closeTimeout(Duration.ofHours(1)).build();
        Connection held = pool.getConnection();
        CompletableFuture<Connection> future = pool.connectionAsync();
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            try {
                pool.getConnection().close();
            } catch (SQLException e) {
                told.set(e);
            }
        });
        waiter.start();
        DuckPoolTest.awaitWaiting(pool, 2);
        Thread closer = new Thread(pool::close);
        closer.start();
        waiter.join();
        assertThat(told.get())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("the pool is closed");
        assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("the pool is closed");
        assertThatThrownBy(pool::getConnection).hasMessageContaining("the pool is closed");
        assertThatThrownBy(() -> pool.connectionAsync().get(30, TimeUnit.SECONDS))
                .cause()
                .hasMessageContaining("the pool is closed");
        assertThat(closer.isAlive()).as("it waits for the one that is out").isTrue();
        DuckPoolTest.run(held, "CREATE TABLE letter AS SELECT 1 AS id");
        held.close();
        closer.join();
        assertThat(BadInputTest.openFiles(file())).isEmpty();
    }

    @Test
    void anInterruptEndsTheGraceTimeAndNotTheClosing() throws Exception {
        DuckPool pool = builder().closeTimeout(Duration.ofHours(1)).build();
        Connection held = pool.getConnection();
        DuckPoolTest.run(held, "CREATE TABLE letter AS SELECT 1 AS id");
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread closer = new Thread(() -> {
            pool.close();
            flag.set(Thread.currentThread().isInterrupted());
        });
        closer.start();
        while (!pool.isClosed()) {
            Thread.onSpinWait();
        }
        closer.interrupt();
        closer.join();
        assertThat(flag.get()).isTrue();
        assertThat(held.isClosed()).isTrue();
        assertThatThrownBy(() -> DuckPoolTest.run(held, "SELECT 1"))
                .hasMessageContaining("connection was cut off: the pool was closed");
        held.close();
        assertThat(BadInputTest.openFiles(file())).isEmpty();
    }

    @Test
    void aQueryThatRunsIsCutOffAfterTheGraceTime() throws Exception {
        DuckPool pool = builder().closeTimeout(Duration.ofMillis(1)).build();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        Thread borrower = new Thread(() -> {
            try (Connection c = pool.getConnection()) {
                running.countDown();
                DuckPoolTest.run(
                        c, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11");
            } catch (SQLException e) {
                thrown.set(e);
            }
        });
        borrower.start();
        running.await();
        pool.close();
        borrower.join();
        assertThat(thrown.get()).isInstanceOf(SQLException.class).hasMessageContaining("the pool was closed");
        assertThat(BadInputTest.openFiles(file())).isEmpty();
    }

    @Test
    void closingWhileTheDatabaseIsBeingOpenedLeavesNothingOpen() throws Exception {
        for (int round = 0; round < 20; round++) {
            DuckPool pool = builder().closeTimeout(Duration.ZERO).build();
            CompletableFuture<Connection> future = pool.connectionAsync();
            for (int spin = 0; spin < round * 2_000; spin++) {
                Thread.onSpinWait();
            }
            pool.close();
            assertThat(BadInputTest.openFiles(file())).as("round %d", round).isEmpty();
            try (Connection late = future.get(30, TimeUnit.SECONDS)) {
                assertThat(late.isClosed()).isTrue();
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(SQLNonTransientConnectionException.class);
            }
        }
    }

    @Test
    void aPoolMayBeClosedFromManyThreadsAndByItsOwnBorrower() throws Exception {
        DuckPool pool = builder().closeTimeout(Duration.ZERO).build();
        Connection mine = pool.getConnection();
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread closer = new Thread(pool::close);
            closers.add(closer);
            closer.start();
        }
        pool.close();
        assertThat(BadInputTest.openFiles(file())).isEmpty();
        for (Thread closer : closers) {
            closer.join();
        }
        mine.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
    }
}
