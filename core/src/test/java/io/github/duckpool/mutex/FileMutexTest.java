package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileMutexTest {
    @TempDir
    Path directory;

    private FileMutex mutex;

    @BeforeEach
    void makeMutex() throws IOException {
        mutex = FileMutex.of(directory.resolve("letters.duckdb"));
    }

    @Test
    void anExclusiveTurnExcludesAllOthers() throws Exception {
        try (Permit turn = mutex.lock()) {
            assertThat(mutex.tryLock()).isEmpty();
            assertThat(mutex.tryLockShared()).isEmpty();
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> mutex.lock(Duration.ZERO));
        }
        mutex.lock(Duration.ZERO).close();
    }

    @Test
    void sharedTurnsGoTogether() throws Exception {
        Permit first = mutex.lockShared();
        Permit second = mutex.lockShared(Duration.ofSeconds(10));
        assertThat(mutex.tryLock()).isEmpty();
        first.close();
        assertThat(mutex.tryLock()).isEmpty();
        second.close();
        assertThat(mutex.tryLock()).isPresent().hasValueSatisfying(Permit::close);
    }

    @Test
    void aSharedTurnDoesNotPassAWaitingExclusiveOne() throws Exception {
        Permit reader = mutex.lockShared();
        CompletableFuture<Permit> writer = mutex.acquire();
        CompletableFuture<Permit> lateReader = mutex.acquireShared();
        assertThat(mutex.tryLockShared()).isEmpty();
        assertThat(lateReader).isNotDone();

        reader.close();
        Permit turn = get(writer);
        assertThat(lateReader).isNotDone();
        turn.close();
        get(lateReader).close();
    }

    @Test
    void turnsComeInTheOrderOfTheRequests() throws Exception {
        List<Integer> order = new ArrayList<>();
        var turns = new ArrayList<CompletableFuture<Void>>();
        try (Permit turn = mutex.lock()) {
            for (int i = 0; i < 50; i++) {
                int number = i;
                turns.add(mutex.acquire().thenAccept(permit -> {
                    order.add(number);
                    permit.close();
                }));
            }
        }
        CompletableFuture.allOf(turns.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(order).hasSize(50).isSorted();
    }

    @Test
    void aTurnGivenBackTwiceIsGivenBackOnce() throws Exception {
        Permit first = mutex.lock();
        first.close();
        Permit second = mutex.lock();
        first.close();
        assertThat(mutex.tryLock()).isEmpty();
        second.close();
    }

    @Test
    void whoeverGivesUpLeavesHisPlaceToTheNext() throws Exception {
        Permit turn = mutex.lock();
        CompletableFuture<Permit> cancelled = mutex.acquire();
        CompletableFuture<Permit> timedOut = mutex.acquire(Duration.ofMillis(1));
        CompletableFuture<Permit> next = mutex.acquire();
        assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
                .isThrownBy(() -> get(timedOut))
                .withCauseInstanceOf(TimeoutException.class);
        cancelled.cancel(false);
        turn.close();
        get(next).close();
    }

    @Test
    void aFutureCompletedByItsReceiverDoesNotKeepTheTurn() throws Exception {
        Permit turn = mutex.lockShared();
        CompletableFuture<Permit> asked = mutex.acquire(); // stands in the queue of the processes
        asked.completeExceptionally(new IllegalStateException("not wanted any more"));
        turn.close();
        mutex.lock(Duration.ofSeconds(30)).close();
    }

    @Test
    void anInterruptEndsTheWaitAndNothingElse() throws Exception {
        Permit reader = mutex.lockShared();
        var ended = new CompletableFuture<Throwable>();
        Thread waiter = new Thread(() -> {
            try {
                mutex.lock().close();
                ended.complete(new AssertionError("it got the turn"));
            } catch (Throwable e) {
                ended.complete(e);
            }
        });
        waiter.start();
        await(() -> mutex.waiters() > 0);
        waiter.interrupt();
        assertThat(ended.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        reader.close();
        mutex.lock(Duration.ofSeconds(30)).close();
    }

    @Test
    void aHolderSeesWhetherSomebodyWaits() throws Exception {
        Permit reader = mutex.lockShared();
        assertThat(mutex.waiters()).isZero();
        assertThat(mutex.isAwaited()).isFalse();

        Permit otherReader = mutex.lockShared();
        assertThat(mutex.isAwaited()).as("readers do not wait for readers").isFalse();

        CompletableFuture<Permit> writer = mutex.acquire();
        await(mutex::isAwaited);
        assertThat(mutex.waiters()).isPositive();
        CompletableFuture<Permit> later = mutex.acquireShared();
        assertThat(mutex.waiters()).isGreaterThanOrEqualTo(2);
        later.cancel(false);
        writer.cancel(false);
        await(() -> !mutex.isAwaited());
        otherReader.close();
        reader.close();
    }

    @Test
    void allPathsLeadToOneMutex() throws Exception {
        Path real = directory.toRealPath().resolve("letters.duckdb");
        Path sub = Files.createDirectory(directory.resolve("sub"));
        Path link = Files.createSymbolicLink(sub.resolve("link"), Path.of("..", "letters.duckdb"));
        Path linkedDirectory = Files.createSymbolicLink(directory.resolve("linked"), sub);

        assertThat(FileMutex.of(link))
                .as("a link to a file that does not exist yet")
                .isSameAs(mutex);
        Files.createFile(real);
        Path relative = Path.of("").toAbsolutePath().relativize(real);
        for (Path path :
                List.of(real, link, linkedDirectory.resolve("link"), relative, sub.resolve("../letters.duckdb"))) {
            assertThat(FileMutex.of(path)).as("%s", path).isSameAs(mutex);
        }
        assertThat(mutex.file()).isEqualTo(real);
        assertThat(mutex.companion()).isEqualTo(real.resolveSibling("letters.duckdb.queue"));
    }

    @Test
    void aPathWithoutADirectoryIsRefused() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> FileMutex.of(directory.resolve("missing/letters.duckdb")))
                .withMessageContaining("its directory does not exist; make it first");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> FileMutex.of(directory))
                .withMessageContaining("it is a directory; name a file");
    }

    @Test
    void aNegativeTimeoutIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mutex.lock(Duration.ofSeconds(-1)))
                .withMessage("timeout must not be negative, was PT-1S");
        assertThat(mutex.acquire(Duration.ofSeconds(Long.MAX_VALUE))).succeedsWithin(Duration.ofSeconds(30));
    }

    private static Permit get(CompletableFuture<Permit> turn) throws Exception {
        return turn.get(30, TimeUnit.SECONDS);
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whoHasTheOnlyTurnMayDeleteTheCompanion() throws Exception {
        for (boolean shared : List.of(false, true)) {
            Permit turn = shared ? mutex.lockShared() : mutex.lock();
            assertThat(mutex.deleteCompanion(turn)).isTrue();
            assertThat(mutex.companion()).doesNotExist();
            assertThat(mutex.deleteCompanion(turn)).as("again").isFalse();
            turn.close();
            assertThat(mutex.companion()).doesNotExist();
            mutex.lock().close();
            assertThat(mutex.companion()).hasSize(QueueFile.SIZE);
        }
    }

    @Test
    void whoIsNotAloneMayNot() throws Exception {
        Permit reader = mutex.lockShared();
        Permit other = mutex.lockShared();
        assertThat(mutex.deleteCompanion(reader)).isFalse();
        assertThat(mutex.deleteCompanion(other)).isFalse();
        reader.close();
        assertThatIllegalArgumentException().isThrownBy(() -> mutex.deleteCompanion(reader));
        other.close();
        Permit writer = mutex.lock();
        QueueTicket waiting = QueueTicket.tryEnqueue(QueueDescriptors.open(mutex.companion()), false);
        assertThat(waiting).isNotNull();
        assertThat(mutex.deleteCompanion(writer)).isFalse();
        waiting.release();
        assertThat(mutex.companion()).exists();
        writer.close();
    }

    /** The one that is told first waits for what the same thread has still to tell. */
    @Test
    void aContinuationMayWaitForWhoComesAfterIt() throws Exception {
        for (int way = 0; way < 3; way++) {
            int kind = way;
            Permit turn = mutex.lock();
            CompletableFuture<Permit> one = mutex.acquireShared();
            CompletableFuture<Permit> two = mutex.acquireShared();
            CompletableFuture<Void> told = one.thenAccept(first -> {
                try (first) {
                    switch (kind) {
                        case 0 -> two.join().close();
                        case 1 -> two.thenAccept(Permit::close).join();
                        default -> two.copy().thenAcceptAsync(Permit::close).join();
                    }
                }
            });
            Thread closer = new Thread(turn::close);
            closer.setDaemon(true);
            closer.start();
            told.get(30, TimeUnit.SECONDS);
            closer.join();
        }
        assertThat(mutex.tryLock()).isPresent().hasValueSatisfying(Permit::close);
    }
}
