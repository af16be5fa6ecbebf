package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What others may do to the queue: damage, delete and truncate it, interrupt its threads, load it twice. */
@Timeout(60)
class FileMutexDamageTest {
    @TempDir
    Path directory;

    private FileMutex mutex;

    @BeforeEach
    void makeMutex() throws IOException {
        mutex = FileMutex.of(directory.resolve("letters.duckdb"));
    }

    @Test
    void aDamagedCounterKeepsTheOrder() throws Exception {
        for (long damage : new long[] {0, 1, -5, QueueFile.TICKET_LIMIT, Long.MAX_VALUE, 3}) {
            Permit reader = mutex.lockShared();
            long before = mutex.ticketOf(reader);
            counter(damage);
            CompletableFuture<Permit> writer = mutex.acquire();
            counter(damage);
            CompletableFuture<Permit> lateReader = mutex.acquireShared();
            assertThat(writer).as("counter %s", damage).isNotDone();
            reader.close();
            Permit turn = get(writer);
            assertThat(mutex.ticketOf(turn)).as("counter %s", damage).isGreaterThan(before);
            assertThat(lateReader).isNotDone();
            turn.close();
            get(lateReader).close();
        }
    }

    @Test
    void withoutAFreeNumberComersWait() throws Exception {
        mutex.lock().close();
        counter(QueueFile.TICKET_LIMIT - 1);
        Permit last = mutex.lock();
        assertThat(mutex.ticketOf(last)).isEqualTo(QueueFile.TICKET_LIMIT - 1);
        CompletableFuture<Permit> next = mutex.acquireShared();
        assertThat(next).isNotDone();
        last.close();
        Permit first = get(next);
        assertThat(mutex.ticketOf(first)).isEqualTo(1);
        first.close();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aTruncatedCompanionIsRepaired() throws Exception {
        for (int i = 0; i < 5; i++) {
            Permit reader = mutex.lockShared();
            CompletableFuture<Permit> writer = mutex.acquire();
            truncate();
            assertThat(mutex.waiters()).isNotNegative();
            reader.close();
            get(writer).close();
            truncate();
            mutex.lock(Duration.ofSeconds(30)).close();
            assertThat(mutex.companion()).hasSize(QueueFile.SIZE);
            try (Permit turn = mutex.lock()) {
                truncate();
                assertThat(mutex.tryLock()).isEmpty();
            }
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whoWaitsWhileTheCompanionIsTruncatedIsSeen() throws Exception {
        mutex.lock().close();
        QueueFile file = QueueDescriptors.open(mutex.companion());
        QueueTicket holder = drawn(file, false);
        QueueTicket waiter = drawn(file, false);
        try {
            assertThat(holder.isAwaited()).isTrue();
            truncate();
            assertThat(holder.isAwaited()).isTrue();
            waiter.release();
            assertThat(holder.isAwaited()).isFalse();
        } finally {
            waiter.release();
            holder.passOn();
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whoWaitsIsCountedWhateverTheCounterSays() throws Exception {
        try (Permit turn = mutex.lock()) {
            assertThat(mutex.waiters()).isZero();
            for (long damage : new long[] {-5, 0, 1}) {
                counter(damage);
                assertThat(mutex.waiters()).as("nobody, counter %s", damage).isZero();
            }
            counter(mutex.ticketOf(turn) + 1);
            QueueTicket waiter = drawn(QueueDescriptors.open(mutex.companion()), false);
            try {
                assertThat(mutex.waiters()).isOne();
                for (long damage : new long[] {-5, 0, 1}) {
                    counter(damage);
                    assertThat(mutex.waiters()).as("counter %s", damage).isOne();
                }
                truncate();
                assertThat(mutex.waiters()).isOne();
            } finally {
                waiter.release();
            }
            assertThat(mutex.waiters()).isZero();
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whoHasNoTurnCountsThoseOfOthersAsWell() throws Exception {
        assertThat(mutex.waiters()).isZero();
        assertThat(mutex.companion()).doesNotExist();
        QueueTicket turn = drawn(QueueDescriptors.open(mutex.companion()), false);
        try {
            assertThat(mutex.waiters()).isOne();
            truncate();
            assertThat(mutex.waiters()).isOne();
        } finally {
            turn.release();
        }
        assertThat(mutex.waiters()).isZero();
    }

    static QueueTicket drawn(QueueFile file, boolean shared) throws IOException {
        QueueTicket ticket = QueueTicket.tryEnqueue(file, shared);
        assertThat(ticket).isNotNull();
        return ticket;
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void waitersOfADeletedCompanionStartOverOnTheNewOne() throws Exception {
        Permit turn = mutex.lockShared();
        CompletableFuture<Permit> next = mutex.acquire();
        Files.delete(mutex.companion());
        turn.close();
        Permit permit = get(next);
        assertThat(mutex.companion()).hasSize(QueueFile.SIZE);
        assertThat(mutex.tryLock()).isEmpty();
        permit.close();
    }

    @Test
    void anotherProtocolIsRefused() throws Exception {
        Files.writeString(mutex.companion(), "NOTQUEUE".repeat(512));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> mutex.lock())
                .withMessageContaining("not a queue file of this protocol version");
        assertThat(mutex.acquire())
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withMessageContaining("not a queue file of this protocol version");
    }

    @Test
    void anUnfinishedCompanionIsFinished() throws Exception {
        for (String start : List.of("", "\0\0\0\0\0\0\0\0\0", "\0".repeat(QueueFile.SIZE))) {
            FileMutex fresh = FileMutex.of(directory.resolve("fresh" + start.length()));
            Files.writeString(fresh.companion(), start);
            fresh.lock().close();
            assertThat(fresh.companion()).hasSize(QueueFile.SIZE).content().startsWith("DPQUEUE1");
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void theCompanionBelongsToItsOwner() throws Exception {
        mutex.lock().close();
        assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(mutex.companion())))
                .isEqualTo("rw-------");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void interruptsFromAllSidesDropNoLock() throws Exception {
        var stop = new CompletableFuture<Void>();
        FileMutex other = FileMutex.of(directory.resolve("other.duckdb"));
        Permit held = mutex.lockShared();
        Thread victim = new Thread(() -> {
            while (!stop.isDone()) {
                try {
                    mutex.lockShared().close();
                    mutex.lock(Duration.ofNanos(1)).close();
                    other.lock().close();
                } catch (Exception expected) {
                    Thread.interrupted();
                }
            }
        });
        victim.start();
        for (int i = 0; i < 5_000; i++) {
            victim.interrupt();
            Thread.yield();
        }
        stop.complete(null);
        victim.join();

        assertThat(locksOfThisProcess(mutex.companion()))
                .anyMatch(lock -> lock.contains(Long.toString(QueueFile.TICKETS + mutex.ticketOf(held))));
        held.close();
        mutex.lock(Duration.ofSeconds(30)).close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anInterruptedThreadOpensTheQueue() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(mutex.tryLock()).isPresent().hasValueSatisfying(Permit::close);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aForgottenTurnIsKept() throws Exception {
        FileMutex.of(directory.resolve("forgotten")).lock();
        Path companion = directory.resolve("forgotten.queue").toRealPath();
        collectGarbage();
        FileMutex.of(directory.resolve("else")).lock().close(); // closes channels that nobody can reach
        assertThat(locksOfThisProcess(companion)).isNotEmpty();
        assertThat(FileMutex.of(directory.resolve("forgotten")).tryLock()).isEmpty();
    }

    @Test
    void twoClassLoadersExcludeEachOther() throws Exception {
        URL classes = FileMutex.class.getProtectionDomain().getCodeSource().getLocation();
        try (var loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass(FileMutex.class.getName());
            assertThat(type).isNotSameAs(FileMutex.class);
            Object other = type.getMethod("of", Path.class).invoke(null, directory.resolve("letters.duckdb"));

            AutoCloseable turn = (AutoCloseable) type.getMethod("lock").invoke(other);
            assertThat(mutex.tryLock()).isEmpty();
            assertThat(mutex.tryLockShared()).isEmpty();
            CompletableFuture<Permit> next = mutex.acquire();
            turn.close();
            Permit mine = get(next);
            assertThat(((java.util.Optional<?>) type.getMethod("tryLock").invoke(other)))
                    .isEmpty();
            CompletableFuture<?> theirs =
                    (CompletableFuture<?>) type.getMethod("acquire").invoke(other);
            while (!mutex.isAwaited()) {
                Thread.onSpinWait();
            }
            assertThat(theirs).isNotDone();
            mine.close();
            ((AutoCloseable) theirs.get(30, TimeUnit.SECONDS)).close();
        }
    }

    @Test
    void aFailureSaysWhatToDo() {
        Path companion = directory.resolve("letters.duckdb.queue");
        assertThat(QueueFailure.explain(companion, new IOException("No space left on device")))
                .hasMessageContaining("letters.duckdb.queue")
                .hasMessageContaining(
                        "the disk is full, and the queue needs 4096 bytes beside the database; free some");
        assertThat(QueueFailure.explain(companion, new IOException("No locks available")))
                .hasMessageContaining("no byte-range locks")
                .hasMessageContaining("keep the database on a local disk");
        assertThat(QueueFailure.explain(companion, new IOException("Read-only file system")))
                .hasMessageContaining("mounted read-only");
        assertThat(QueueFailure.explain(companion, new java.nio.file.AccessDeniedException("x")))
                .hasMessageContaining("may not create files in " + directory)
                .hasMessageContaining("make the directory writable");
        assertThat(QueueFailure.explain(directory.resolve("gone/x.queue"), new IOException("No such file")))
                .hasMessageContaining("make " + directory.resolve("gone") + " first");
    }

    private void counter(long value) throws Exception {
        QueueDescriptors.open(mutex.companion()).next(value);
    }

    /** From outside: a descriptor opened and closed in this process would drop its locks. */
    private void truncate() throws Exception {
        String companion = mutex.companion().toString();
        assertThat(new ProcessBuilder("truncate", "-s", "0", companion).start().waitFor())
                .isZero();
    }

    private static List<String> locksOfThisProcess(Path companion) throws IOException {
        String inode = ":" + Files.getAttribute(companion, "unix:ino") + " ";
        String pid = " " + ProcessHandle.current().pid() + " ";
        try (var lines = Files.lines(Path.of("/proc/locks"))) {
            return lines.filter(line -> line.contains(inode) && line.contains(pid))
                    .toList();
        }
    }

    private static void collectGarbage() throws InterruptedException {
        var canary = new java.lang.ref.WeakReference<>(new Object());
        while (canary.get() != null) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static Permit get(CompletableFuture<Permit> turn) throws Exception {
        return turn.get(30, TimeUnit.SECONDS);
    }
}
