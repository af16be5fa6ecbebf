package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What each operation of the gate promises, one thread at a time. */
class BorrowGateTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(30);

    private final BorrowGate<String> gate = new BorrowGate<>(2, 0, System::nanoTime);

    private Slot<String> lendNew(String session) throws Exception {
        Slot<String> slot = gate.borrow(0);
        slot.install(session);
        return slot;
    }

    @Test
    void aNewGateIsEmptyAndLendsEmptySlotsFromTheLowEnd() throws Exception {
        assertThat(gate.free()).isZero();
        Slot<String> first = gate.tryBorrow();
        assertThat(first).isNotNull();
        assertThat(first.index()).isZero();
        assertThat(first.session()).isNull();
        assertThat(gate.borrow(0).index()).isEqualTo(1);
        assertThat(gate.tryBorrow()).isNull();
        assertThat(gate.lent()).isEqualTo(2);
        assertThat(gate.borrows()).isEqualTo(2);
    }

    @Test
    void aFreeSlotIsPreferredToAnEmptyOne() throws Exception {
        Slot<String> first = lendNew("a");
        Slot<String> second = lendNew("b");
        assertThat(gate.claim(first, first.stamp())).isTrue();
        gate.vacate(first);
        gate.giveBack(second, second.stamp());
        assertThat(gate.tryBorrow()).isSameAs(second);
        assertThat(second.session()).isEqualTo("b");
    }

    @Test
    void aSecondReturnIsHarmless() throws Exception {
        Slot<String> slot = lendNew("a");
        int stamp = slot.stamp();
        assertThat(gate.giveBack(slot, stamp)).isTrue();
        assertThat(gate.giveBack(slot, stamp)).isFalse();
        assertThat(gate.claim(slot, stamp)).isFalse();
        assertThat(gate.borrow(0)).isSameAs(slot);
        assertThat(gate.giveBack(slot, stamp)).isFalse();
        assertThat(slot.isLent(stamp)).isFalse();
        assertThat(slot.isLent(slot.stamp())).isTrue();
    }

    @Test
    void aWaiterTimesOut() throws Exception {
        lendNew("a");
        lendNew("b");
        assertThatThrownBy(() -> gate.borrow(1)).isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> gate.borrowAsync(1).get()).hasCauseInstanceOf(TimeoutException.class);
        while (gate.waiting() > 0) {
            Thread.sleep(1); // who has been told leaves the line on the timer's thread
        }
    }

    @Test
    void theMostPatientOfThoseWhoWaitIsKnown() throws Exception {
        Slot<String> first = lendNew("a");
        lendNew("b");
        assertThat(gate.longestWaitLeftNanos()).isZero();
        CompletableFuture<Slot<String>> patient = gate.borrowAsync(100 * LONG);
        CompletableFuture<Slot<String>> lessPatient = gate.borrowAsync(10 * LONG);
        assertThat(gate.longestWaitLeftNanos()).isGreaterThan(50 * LONG).isLessThanOrEqualTo(100 * LONG);
        patient.cancel(false);
        assertThat(gate.longestWaitLeftNanos()).isGreaterThan(5 * LONG).isLessThanOrEqualTo(10 * LONG);
        gate.giveBack(first, first.stamp());
        assertThat(lessPatient.get()).isSameAs(first);
        assertThat(gate.longestWaitLeftNanos()).isZero();
    }

    @Test
    void anInterruptedBorrowerGetsNothing() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> gate.borrow(LONG)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(gate.lent()).isZero();
    }

    @Test
    void futuresAreServedInOrderAndADeadOneIsPassedOver() throws Exception {
        Slot<String> first = lendNew("a");
        Slot<String> second = lendNew("b");
        CompletableFuture<Slot<String>> dead = gate.borrowAsync(LONG);
        CompletableFuture<Slot<String>> next = gate.borrowAsync(LONG);
        CompletableFuture<Slot<String>> last = gate.borrowAsync(LONG);
        assertThat(gate.waiting()).isEqualTo(3);
        dead.cancel(false);
        gate.giveBack(first, first.stamp());
        assertThat(next.join()).isSameAs(first);
        assertThat(last).isNotDone();
        gate.claim(second, second.stamp());
        gate.vacate(second);
        assertThat(last.join()).isSameAs(second);
        assertThat(second.session()).isNull();
    }

    @Test
    void failWaitersFailsThosePresentOnly() throws Exception {
        Slot<String> first = lendNew("a");
        lendNew("b");
        CompletableFuture<Slot<String>> waiter = gate.borrowAsync(LONG);
        assertThat(gate.failWaiters(() -> new IllegalStateException("no database")))
                .isEqualTo(1);
        assertThatThrownBy(waiter::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("no database");
        CompletableFuture<Slot<String>> later = gate.borrowAsync(LONG);
        gate.giveBack(first, first.stamp());
        assertThat(later.join()).isSameAs(first);
    }

    @Test
    void aSuspendedGateTellsWhenTheLastSlotIsVacatedAndServesItsLineAfterwards() throws Exception {
        Slot<String> first = lendNew("a");
        Slot<String> second = lendNew("b");
        gate.giveBack(second, second.stamp());
        CompletableFuture<?> drained = gate.suspend().toCompletableFuture();
        CompletableFuture<Slot<String>> waiter = gate.borrowAsync(LONG);
        assertThat(gate.tryBorrow()).isNull();
        gate.giveBack(first, first.stamp());
        assertThat(waiter).isNotDone();
        for (Slot<String> idle; (idle = gate.claimIdle(session -> true)) != null; ) {
            assertThat(drained).isNotDone();
            gate.vacate(idle);
        }
        assertThat(drained).isCompleted();
        gate.resume();
        assertThat(waiter).isCompleted();
        assertThat(waiter.join().session()).isNull();
    }

    @Test
    void aReclaimerGetsWhatComesBackToASuspendedGate() throws Exception {
        List<String> reclaimed = new ArrayList<>();
        List<BorrowGate<String>> self = new ArrayList<>();
        BorrowGate<String> owned = new BorrowGate<>(
                1,
                0,
                System::nanoTime,
                slot -> {
                    reclaimed.add(slot.session());
                    self.get(0).vacate(slot);
                },
                () -> {});
        self.add(owned);
        Slot<String> slot = owned.borrow(0);
        slot.install("a");
        CompletionStage<?> drained = owned.suspend();
        assertThat(owned.giveBack(slot, slot.stamp())).isTrue();
        assertThat(reclaimed).containsExactly("a");
        assertThat(drained.toCompletableFuture()).isCompleted();
    }

    @Test
    void aClosedGateRefusesBorrowersAndFailsWaiters() throws Exception {
        Slot<String> first = lendNew("a");
        lendNew("b");
        CompletableFuture<Slot<String>> waiter = gate.borrowAsync(LONG);
        gate.close();
        assertThatThrownBy(waiter::get).hasCauseInstanceOf(GateClosedException.class);
        assertThatThrownBy(() -> gate.borrow(LONG)).isInstanceOf(GateClosedException.class);
        assertThat(gate.tryBorrow()).isNull();
        assertThat(gate.giveBack(first, first.stamp())).isTrue();
        assertThat(gate.claimIdle(session -> true)).isSameAs(first);
        gate.vacate(first);
    }

    @Test
    void housekeepingFillsAndEvicts() throws Exception {
        Slot<String> filled = gate.claimEmpty();
        assertThat(filled).isNotNull();
        filled.install("warm");
        gate.recycle(filled);
        assertThat(gate.free()).isEqualTo(1);
        assertThat(gate.claimIdle(session -> false)).isNull();
        List<Integer> stamps = new ArrayList<>();
        gate.forEachFree((slot, stamp) -> stamps.add(stamp));
        assertThat(gate.claimIdle(filled, stamps.get(0))).isTrue();
        assertThat(gate.claimIdle(filled, stamps.get(0))).isFalse();
        gate.vacate(filled);
        assertThat(gate.borrow(0).session()).isNull();
    }

    /** Else it could be taken from a borrower who then reads the stamp of the next borrow, and shares it. */
    @Test
    void whoHasNotReadItsStampIsNotShownAsABorrower() {
        List<Integer> shown = new ArrayList<>();
        for (int borrow = 0; borrow < 2; borrow++) {
            Slot<String> slot = gate.tryBorrow();
            assertThat(slot).isNotNull();
            gate.forEachLent((lent, stamp) -> shown.add(stamp));
            assertThat(shown).isEmpty();
            int stamp = slot.stamp();
            gate.forEachLent((lent, shownStamp) -> shown.add(shownStamp));
            assertThat(shown).containsExactly(stamp);
            shown.clear();
            slot.install("a");
            assertThat(gate.giveBack(slot, stamp)).isTrue();
        }
    }

    /** The waiter gets its slot and is interrupted between its last look at its outcome and its attempt to give up. */
    @Test
    void anInterruptThatComesWithTheSlotIsKept() throws Exception {
        AtomicReference<Runnable> atNextLook = new AtomicReference<>();
        AtomicInteger looks = new AtomicInteger();
        BorrowGate<String> one = new BorrowGate<>(1, 0, () -> {
            Runnable due = looks.incrementAndGet() == 2 ? atNextLook.get() : null;
            if (due != null) {
                due.run();
            }
            return 0;
        });
        Slot<String> slot = one.borrow(0);
        int stamp = slot.stamp();
        slot.install("a");
        atNextLook.set(() -> {
            assertThat(one.giveBack(slot, stamp)).isTrue();
            Thread.currentThread().interrupt();
        });
        Slot<String> granted = one.borrow(LONG);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(granted).isSameAs(slot);
        assertThat(one.giveBack(granted, granted.stamp())).isTrue();
    }

    @Test
    void whoseCallbackThrowsHasLeftTheLine() throws Exception {
        AtomicBoolean breaks = new AtomicBoolean(true);
        BorrowGate<String> one = new BorrowGate<>(1, 0, System::nanoTime, null, () -> {
            if (breaks.get()) {
                throw new IllegalStateException("no thread to be had");
            }
        });
        Slot<String> slot = one.borrow(0);
        slot.install("a");
        assertThatThrownBy(() -> one.borrow(LONG)).hasMessage("no thread to be had");
        assertThatThrownBy(() -> one.borrowAsync(LONG)).hasMessage("no thread to be had");
        assertThat(one.waiting()).isZero();
        breaks.set(false);
        CompletableFuture<Slot<String>> next = one.borrowAsync(LONG);
        one.giveBack(slot, slot.stamp());
        assertThat(next.join()).as("nobody dead is before it").isSameAs(slot);
        one.giveBack(slot, slot.stamp());
        assertThat(one.tryBorrow()).isSameAs(slot);
    }
}
