package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is served before whom. The clock stands still unless the test moves it. */
@Timeout(60)
class BorrowGateOrderTest {
    private static final long LONG = TimeUnit.HOURS.toNanos(1);
    private static final long OVERTAKING = 1_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final BlockingQueue<Integer> served = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    private BorrowGate<String> gate(long overtakingNanos) {
        return new BorrowGate<>(1, overtakingNanos, clock::get);
    }

    /** A thread that borrows, says so, and gives back; returns when it sleeps in line. */
    private void waiter(BorrowGate<String> gate, int number) {
        Thread thread = new Thread(() -> {
            try {
                Slot<String> slot = gate.borrow(LONG);
                int stamp = slot.stamp();
                served.add(number);
                gate.giveBack(slot, stamp);
            } catch (Exception e) {
                served.add(-1);
            }
        });
        threads.add(thread);
        int before = gate.waiting();
        thread.start();
        while (gate.waiting() == before || thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private Slot<String> lendOnly(BorrowGate<String> gate) {
        Slot<String> slot = gate.tryBorrow();
        assertThat(slot).isNotNull();
        slot.install("session");
        return slot;
    }

    private void end() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, OVERTAKING, Long.MAX_VALUE})
    void thoseInLineAreServedInTheOrderOfArrival(long overtakingNanos) throws Exception {
        BorrowGate<String> gate = gate(overtakingNanos);
        Slot<String> slot = lendOnly(gate);
        for (int i = 0; i < 20; i++) {
            waiter(gate, i);
        }
        gate.giveBack(slot, slot.stamp());
        for (int i = 0; i < 20; i++) {
            assertThat(served.take()).isEqualTo(i);
        }
        end();
    }

    @Test
    void withoutOvertakingNobodyPassesAWaiter() throws Exception {
        nobodyPasses(0, 0);
    }

    @Test
    void aWaiterOfThatAgeIsNotPassed() throws Exception {
        nobodyPasses(OVERTAKING, OVERTAKING);
    }

    private void nobodyPasses(long overtakingNanos, long ageNanos) throws Exception {
        for (int i = 0; i < 200; i++) {
            BorrowGate<String> gate = gate(overtakingNanos);
            Slot<String> slot = lendOnly(gate);
            waiter(gate, i);
            clock.addAndGet(ageNanos);
            assertThat(gate.tryBorrow()).isNull();
            gate.giveBack(slot, slot.stamp());
            Slot<String> newcomer = gate.tryBorrow();
            if (newcomer != null) {
                assertThat(served).as("the waiter was served first").contains(i);
            }
            assertThat(served.take()).isEqualTo(i);
            end();
        }
    }

    @Test
    void aYoungerWaiterMayBePassed() throws Exception {
        boolean passed = false;
        while (!passed) {
            BorrowGate<String> gate = gate(OVERTAKING);
            Slot<String> slot = lendOnly(gate);
            waiter(gate, 1);
            clock.addAndGet(OVERTAKING - 1);
            gate.giveBack(slot, slot.stamp());
            Slot<String> newcomer = gate.tryBorrow();
            if (newcomer != null) {
                int stamp = newcomer.stamp();
                passed = served.isEmpty();
                gate.giveBack(newcomer, stamp);
            }
            assertThat(served.take()).isEqualTo(1);
            end();
        }
    }

    /** Who has counted itself in line may not be known as its head yet. */
    @Test
    void nobodyPassesWhoIsJustGettingInLine() throws Exception {
        AtomicReference<Runnable> onClock = new AtomicReference<>(() -> {});
        AtomicReference<Slot<String>> newcomer = new AtomicReference<>();
        List<BorrowGate<String>> self = new ArrayList<>();
        BorrowGate<String> gate = new BorrowGate<>(
                1,
                0,
                () -> {
                    onClock.getAndSet(() -> {}).run();
                    return 0;
                },
                null,
                () -> newcomer.set(self.get(0).tryBorrow()));
        self.add(gate);
        Slot<String> slot = lendOnly(gate);
        // It found no slot, and one comes back before it is in line.
        onClock.set(() -> gate.giveBack(slot, slot.stamp()));
        assertThat(gate.borrow(LONG)).isSameAs(slot);
        assertThat(newcomer).as("the one who came later").hasNullValue();
    }

    /** The head is asleep when a slot comes back, and is interrupted in the moment in which it is about to be nudged. */
    @Test
    void whoLeavesInTheMomentOfItsNudgePassesItOn() throws Exception {
        Thread returner = Thread.currentThread();
        CountDownLatch firstIsUp = new CountDownLatch(1);
        CountDownLatch nudged = new CountDownLatch(1);
        BorrowGate<String> gate = new BorrowGate<>(1, Long.MAX_VALUE, () -> {
            if (Thread.currentThread() == returner) {
                if (nudged.getCount() > 0 && !threads.isEmpty()) {
                    threads.get(0).interrupt();
                    awaitQuietly(firstIsUp);
                }
            } else if (Thread.currentThread().isInterrupted()) {
                firstIsUp.countDown();
                awaitQuietly(nudged);
            }
            return 0;
        });
        Slot<String> slot = lendOnly(gate);
        waiter(gate, 1);
        waiter(gate, 2);
        gate.giveBack(slot, slot.stamp());
        nudged.countDown();
        // In either order: the second has the slot before the first says that it left.
        assertThat(List.of(served.take(), served.take()))
                .as("the first was interrupted, and the slot went to the second")
                .containsExactlyInAnyOrder(-1, 2);
        end();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
