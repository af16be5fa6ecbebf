package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.mutex.AsyncMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one thread can't tell goes on elsewhere, in a JVM too whose common pool has no threads, or none that does not wait. */
@Timeout(360)
class NoCommonPoolTest {
    @TempDir
    Path directory;

    @Test
    void everybodyInALongLineIsTold() throws Exception {
        assertThat(ChildJvm.run(directory, commonPoolOf(0), Waiting.class))
                .contains("slots: all were told")
                .contains("permits: all were told");
    }

    @Test
    void whoseTimeIsOverIsToldWhileTheCommonPoolWaitsForTheSameLock() throws Exception {
        assertThat(ChildJvm.run(directory, commonPoolOf(2), Late.class)).contains("told: no permit of");
    }

    private static List<String> commonPoolOf(int threads) {
        return List.of("env", "_JAVA_OPTIONS=-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + threads);
    }

    /** Has the whole common pool wait for a lock, and a future that has little time. */
    static final class Late {
        public static void main(String... args) throws Exception {
            AsyncMutex mutex = new AsyncMutex();
            Permit held = mutex.lock();
            for (int i = 0; i < 4; i++) {
                ForkJoinPool.commonPool().execute(() -> {
                    try {
                        mutex.lock().close();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
            }
            while (mutex.queueLength() < 2) {
                Thread.onSpinWait();
            }
            CompletableFuture<Permit> late = mutex.acquire(Duration.ofMillis(100));
            try {
                late.get(60, TimeUnit.SECONDS).close();
            } catch (ExecutionException e) {
                System.out.println("told: " + e.getCause().getMessage());
            }
            held.close();
        }
    }

    /** Has many wait whose continuations take their time. */
    static final class Waiting {
        private static final int WAITERS = 2_000;
        private static final long TAKES_NANOS = 50_000;

        public static void main(String... args) throws Exception {
            BorrowGate<String> gate = new BorrowGate<>(1, 0, System::nanoTime);
            Slot<String> lent = gate.borrow(TimeUnit.HOURS.toNanos(1));
            lent.install("session");
            List<CompletableFuture<Void>> told = new ArrayList<>();
            for (int i = 0; i < WAITERS; i++) {
                told.add(gate.borrowAsync(TimeUnit.HOURS.toNanos(1)).thenAccept(slot -> {
                    takeTime();
                    gate.giveBack(slot, slot.stamp());
                }));
            }
            gate.giveBack(lent, lent.stamp());
            System.out.println("slots: " + outcome(told));
            told.clear();
            AsyncMutex mutex = new AsyncMutex();
            Permit held = mutex.lock();
            for (int i = 0; i < WAITERS; i++) {
                told.add(mutex.acquire().thenAccept(permit -> {
                    takeTime();
                    permit.close();
                }));
            }
            held.close();
            System.out.println("permits: " + outcome(told));
            System.exit(0); // the gate's timers
        }

        private static void takeTime() {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < TAKES_NANOS) {
                Thread.onSpinWait();
            }
        }

        private static String outcome(List<CompletableFuture<Void>> told) throws Exception {
            try {
                CompletableFuture.allOf(told.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
                return "all were told";
            } catch (TimeoutException e) {
                return told.stream().filter(CompletableFuture::isDone).count() + " of " + WAITERS + " were told";
            }
        }
    }
}
