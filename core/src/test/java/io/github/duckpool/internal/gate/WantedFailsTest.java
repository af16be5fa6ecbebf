package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gate whose owner fails to hear that it is wanted, for want of a thread, say. */
class WantedFailsTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(30);

    private Runnable meanwhile = () -> {};
    private boolean fails;

    private final BorrowGate<String> gate = new BorrowGate<>(1, 0, System::nanoTime, null, () -> {
        if (fails) {
            meanwhile.run();
            throw new OutOfMemoryError("no thread");
        }
    });

    private Slot<String> lent;

    @BeforeEach
    void lend() throws Exception {
        lent = gate.borrow(0);
        lent.install("a");
        fails = true;
    }

    private void giveBack() {
        gate.giveBack(lent, lent.stamp());
    }

    @Test
    void whoComesInVainIsToldAndLeavesTheLine() throws Exception {
        assertThatThrownBy(() -> gate.borrow(LONG)).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> gate.borrowAsync(LONG)).isInstanceOf(OutOfMemoryError.class);
        assertThat(gate.waiting()).isZero();
    }

    @Test
    void aThreadThatWasServedMeanwhileKeepsItsSlot() throws Exception {
        meanwhile = this::giveBack;
        assertThat(gate.borrow(LONG)).isSameAs(lent);
        giveBack();
        assertThat(gate.lent()).isZero();
    }

    @Test
    void aFutureThatWasServedMeanwhileKeepsItsSlot() throws Exception {
        meanwhile = this::giveBack;
        CompletableFuture<Slot<String>> served = gate.borrowAsync(LONG);
        assertThat(served.get(30, TimeUnit.SECONDS)).isSameAs(lent);
        giveBack();
        assertThat(gate.lent()).isZero();
    }
}
