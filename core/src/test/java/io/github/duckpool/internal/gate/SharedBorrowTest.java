package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A borrow that a second thread uses can't be given back without a claim. */
class SharedBorrowTest {
    private final BorrowGate<String> gate = new BorrowGate<>(1, 0, System::nanoTime);

    @Test
    void aSharedBorrowIsStillLentButNotGivenBackInOneStep() throws Exception {
        Slot<String> slot = gate.borrow(0);
        slot.install("a");
        int stamp = slot.stamp();
        assertThat(gate.share(slot, stamp)).isTrue();
        assertThat(gate.share(slot, stamp)).isTrue();
        assertThat(slot.isLent(stamp)).isTrue();
        assertThat(gate.lent()).isEqualTo(1);
        assertThat(gate.giveBack(slot, stamp)).isFalse();
        assertThat(gate.claim(slot, stamp)).isTrue();
        assertThat(gate.claim(slot, stamp)).isFalse();
        assertThat(gate.share(slot, stamp)).isFalse();
        gate.recycle(slot);
        assertThat(gate.borrow(0)).isSameAs(slot);
        assertThat(gate.share(slot, stamp)).isFalse();
        assertThat(gate.giveBack(slot, slot.stamp())).isTrue();
    }
}
