package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A call that hangs in native code, where neither cancel nor close gets through: DuckDB reads a pipe that nobody writes. */
@Timeout(60)
class HangingCallTest {
    @TempDir
    Path directory;

    private Path pipe;
    private Path file;

    /** What ended the call, if it was an error: DuckDB may come to its end before it is closed. */
    private final AtomicReference<SQLException> outcome = new AtomicReference<>();

    @BeforeEach
    void makePipe() {
        pipe = directory.resolve("pipe");
        file = directory.resolve("letters.duckdb");
        assumeThat(ChildJvm.works("mkfifo", pipe.toString()))
                .as("SKIPPED: this system has no named pipes")
                .isTrue();
    }

    private DuckPoolBuilder builder() {
        return DuckPool.builder().database(file).sharing(Sharing.exclusive()).maxSize(1);
    }

    /** Borrows, and hangs. */
    private Thread hang(DuckPool pool, AtomicReference<Connection> borrowed) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            try (Connection c = pool.getConnection()) {
                borrowed.set(c);
                begun.countDown();
                DuckPoolTest.run(c, "SELECT * FROM read_csv('" + pipe + "')");
            } catch (SQLException e) {
                outcome.set(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        begun.await();
        while (!inNative(thread)) {
            Thread.onSpinWait();
        }
        return thread;
    }

    private static boolean inNative(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getClassName().startsWith("org.duckdb");
    }

    /**
     * Writes into the pipe as often as it is opened for reading, until the call has ended. It ends no sooner than what it started: that
     * would make a plain file where the pipe was.
     */
    private void unblock(Thread hanging) throws Exception {
        Process writer = new ProcessBuilder(
                        "sh",
                        "-c",
                        "trap 'kill $!; wait; exit' TERM;"
                                + " while :; do timeout 1 sh -c 'echo a,b > \"$0\"' \"$0\" & wait $!; done",
                        pipe.toString())
                .start();
        try {
            hanging.join();
        } finally {
            writer.destroy();
            writer.waitFor();
        }
    }

    @Test
    void anAbortedCallDoesNotTakeItsPlaceWithIt() throws Exception {
        abort(task -> new Thread(task, "aborter").start());
    }

    @Test
    void anExecutorThatRefusesToAbortIsNotNeeded() throws Exception {
        ExecutorService shutDown = Executors.newCachedThreadPool();
        shutDown.shutdown();
        abort(shutDown);
    }

    private void abort(Executor executor) throws Exception {
        try (DuckPool pool = builder().build()) {
            AtomicReference<Connection> hung = new AtomicReference<>();
            Thread thread = hang(pool, hung);
            hung.get().abort(executor);
            try (Connection c = pool.getConnection(Duration.ofSeconds(30))) {
                assertThat(DuckPoolTest.intOf(c, "SELECT 1")).isOne();
            }
            assertThat(thread.isAlive()).as("it still hangs").isTrue();
            unblock(thread);
        }
        while (!BadInputTest.openFiles(file).isEmpty()) {
            Thread.onSpinWait();
        }
        if (outcome.get() != null) {
            assertThat((Throwable) outcome.get()).hasMessageContaining("closed");
        }
    }

    @Test
    void closingGivesUpOnItWithoutWaitingForEverAndTheLockGoesWithIt() throws Exception {
        DuckPool pool = builder().closeTimeout(Duration.ZERO).build();
        Thread thread = hang(pool, new AtomicReference<>());
        pool.close();
        assertThat(thread.isAlive()).as("it still hangs").isTrue();
        assertThat(pool.stats().active()).isZero();
        unblock(thread);
        while (!BadInputTest.openFiles(file).isEmpty()) {
            Thread.onSpinWait();
        }
        if (outcome.get() != null) {
            assertThat((Throwable) outcome.get()).hasMessageContaining("closed");
        }
    }
}
