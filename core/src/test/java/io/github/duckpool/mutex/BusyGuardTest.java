package io.github.duckpool.mutex;

import static io.github.duckpool.mutex.FileMutexDamageTest.drawn;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many who have a turn ask whether they are awaited, and each takes the guard for it: that must not look like somebody who comes. */
@Timeout(60)
class BusyGuardTest {
    @TempDir
    Path directory;

    private QueueFile file;
    private QueueTicket reader;

    @BeforeEach
    void read() throws Exception {
        FileMutex mutex = FileMutex.of(directory.resolve("letters.duckdb"));
        mutex.lock().close();
        file = QueueDescriptors.open(mutex.companion());
        reader = drawn(file, true);
    }

    @AfterEach
    void end() {
        reader.passOn();
    }

    private FileLock guard() throws Exception {
        FileLock guard = file.tryLock(QueueFile.GUARD, 1, false);
        assertThat(guard).isNotNull();
        return guard;
    }

    @Test
    void whoHasSeenThatOthersOnlyReadDoesNotAskAgainUntilSomebodyComes() throws Exception {
        QueueTicket other = drawn(file, true);
        assertThat(reader.isAwaited()).isFalse();
        FileLock busy = guard();
        assertThat(reader.isAwaited()).isFalse();
        busy.release();
        QueueTicket writer = drawn(file, false);
        assertThat(reader.isAwaited()).isTrue();
        writer.release();
        other.passOn();
    }

    @Test
    void aGuardThatIsBusyForAMomentIsWaitedFor() throws Exception {
        boolean awaited = true;
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        // Whoever has the guard may be held up on a busy machine, and then the answer is the careful one.
        while (awaited && System.nanoTime() < endNanos) {
            QueueTicket comer = drawn(file, true); // or nobody would ask
            FileLock busy = guard();
            Thread asking = Thread.currentThread();
            var answered = new AtomicBoolean();
            CompletableFuture<Void> release = CompletableFuture.runAsync(() -> {
                while (LockSupport.getBlocker(asking) != file && !answered.get()) {
                    Thread.onSpinWait();
                }
                try {
                    busy.release();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            awaited = reader.isAwaited();
            answered.set(true);
            release.get();
            comer.passOn();
        }
        assertThat(awaited).isFalse();
    }

    @Test
    void aGuardThatStaysBusyMayBeThatOfSomebodyWhoComes() throws Exception {
        QueueTicket comer = drawn(file, false);
        FileLock busy = guard();
        assertThat(reader.isAwaited()).isTrue();
        busy.release();
        comer.release();
    }

    /** To look would take the guard, and whoever only tries for a free file is refused while somebody has that. */
    @Test
    void whoOnlyCountsHasNoNeedOfTheGuardWhereNobodyWaits() throws Exception {
        FileMutex other = FileMutex.of(directory.resolve("other.duckdb"));
        other.lock().close();
        QueueFile its = QueueDescriptors.open(other.companion());
        FileLock busy = its.tryLock(QueueFile.GUARD, 1, false);
        assertThat(busy).isNotNull();
        try {
            assertThat(other.waiters()).isZero();
        } finally {
            busy.release();
        }
    }
}
