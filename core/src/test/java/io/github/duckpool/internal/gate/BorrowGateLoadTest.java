package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.Rounds;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads on few slots: exact accounts, no slot with two owners, nobody left asleep. */
@Timeout(300)
class BorrowGateLoadTest {
    private static final int THREADS = 32;
    private static final int SIZE = 5;

    private final ExecutorService executor = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_000_000, Long.MAX_VALUE})
    void everyBorrowIsCounted(long overtakingNanos) throws Exception {
        account(overtakingNanos, Rounds.of(1_000));
    }

    @Tag("torture")
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_000_000, Long.MAX_VALUE})
    void everyBorrowIsCountedForLong(long overtakingNanos) throws Exception {
        account(overtakingNanos, Rounds.forSeconds(15));
    }

    private void account(long overtakingNanos, Rounds rounds) throws Exception {
        GateLoad load = new GateLoad(SIZE, overtakingNanos);
        AtomicLong borrows = new AtomicLong();
        GateLoad.inThreads(executor, THREADS, () -> {
            int i = 0;
            for (; rounds.go(i); i++) {
                load.borrowAndUse();
            }
            borrows.addAndGet(i);
            return null;
        });
        assertThat(load.gate.borrows()).isEqualTo(borrows.get());
        load.checkAtRest();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000})
    void whoGivesUpLosesNoSlot(long overtakingNanos) throws Exception {
        giveUp(overtakingNanos, Rounds.of(2_000));
    }

    @Tag("torture")
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_000_000})
    void whoGivesUpLosesNoSlotForLong(long overtakingNanos) throws Exception {
        giveUp(overtakingNanos, Rounds.forSeconds(15));
    }

    private void giveUp(long overtakingNanos, Rounds rounds) throws Exception {
        GateLoad load = new GateLoad(2, overtakingNanos);
        AtomicLong got = new AtomicLong();
        GateLoad.inThreads(executor, 8, () -> {
            for (int i = 0; rounds.go(i); i++) {
                if (load.borrowPerhaps()) {
                    got.incrementAndGet();
                }
            }
            return null;
        });
        assertThat(load.gate.borrows()).isGreaterThanOrEqualTo(got.get());
        load.checkAtRest();
    }

    @Test
    void nobodySleepsBesideAFreeSlot() throws Exception {
        wakeups(() -> Rounds.of(20_000));
    }

    @Tag("torture")
    @Test
    void nobodySleepsBesideAFreeSlotForLong() throws Exception {
        wakeups(() -> Rounds.forSeconds(20));
    }

    /** Two or three threads on one slot keep missing each other's last look; a lost wakeup leaves one asleep for a minute. */
    private void wakeups(Supplier<Rounds> each) throws Exception {
        for (int threads = 2; threads <= 3; threads++) {
            GateLoad load = new GateLoad(1, 1_000_000);
            Rounds rounds = each.get();
            GateLoad.inThreads(executor, threads, () -> {
                for (int i = 0; rounds.go(i); i++) {
                    load.use(load.gate.borrow(GateLoad.LONG));
                }
                return null;
            });
            load.checkAtRest();
        }
    }

    @Test
    void suspensionsDrainAndLeaveNobodyBehind() throws Exception {
        suspensions(Rounds.of(30));
    }

    @Tag("torture")
    @Test
    void suspensionsDrainAndLeaveNobodyBehindForLong() throws Exception {
        suspensions(Rounds.forSeconds(15));
    }

    private void suspensions(Rounds rounds) throws Exception {
        GateLoad load = new GateLoad(3, 1_000_000);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> borrowers = CompletableFuture.runAsync(
                () -> {
                    try {
                        GateLoad.inThreads(executor, 8, () -> {
                            while (!over.get()) {
                                load.borrowAndUse();
                                load.borrowPerhaps();
                            }
                            return null;
                        });
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                executor);
        for (int i = 0; rounds.go(i); i++) {
            CompletableFuture<?> drained = load.gate.suspend().toCompletableFuture();
            for (Slot<GateLoad.Session> idle; (idle = load.gate.claimIdle(session -> true)) != null; ) {
                load.dispose(idle);
            }
            drained.get();
            assertThat(load.sessionsAlive).as("sessions of a drained gate").hasValue(0);
            load.gate.resume();
            long before = load.gate.borrows();
            while (load.gate.borrows() == before && !borrowers.isDone()) {
                Thread.onSpinWait();
            }
        }
        over.set(true);
        borrowers.get();
        load.checkAtRest();
    }

    @Test
    void closingUnderLoadFailsEveryWaiterAndKeepsEverySlot() throws Exception {
        for (int i = 0; i < 20; i++) {
            GateLoad load = new GateLoad(3, 1_000_000);
            CountDownLatch warm = new CountDownLatch(200);
            AtomicLong refused = new AtomicLong();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(
                    () -> {
                        try {
                            warm.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        load.gate.close();
                    },
                    executor);
            GateLoad.inThreads(executor, 16, () -> {
                try {
                    while (true) {
                        load.use(load.gate.borrow(GateLoad.LONG));
                        warm.countDown();
                    }
                } catch (GateClosedException e) {
                    refused.incrementAndGet();
                }
                return null;
            });
            closing.get();
            assertThat(refused).hasValue(16);
            assertThat(load.gate.waiting()).isZero();
            assertThat(load.gate.lent()).isZero();
            CompletableFuture<?> drained = load.gate.suspend().toCompletableFuture();
            for (Slot<GateLoad.Session> idle; (idle = load.gate.claimIdle(session -> true)) != null; ) {
                load.dispose(idle);
            }
            assertThat(drained).isCompleted();
            assertThat(load.sessionsAlive).hasValue(0);
        }
    }
}
