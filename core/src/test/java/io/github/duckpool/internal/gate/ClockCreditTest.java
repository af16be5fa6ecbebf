package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many borrows follow each look at the clock without another one. */
class ClockCreditTest {
    private static final long START = TimeUnit.HOURS.toNanos(-3); // a clock may be negative, and begin anywhere

    private final ClockCredit credit = new ClockCredit();
    private long now = START;

    private int borrowsWithoutALook() {
        int borrows = 0;
        while (credit.spend()) {
            borrows++;
        }
        return borrows;
    }

    private List<Integer> lookEvery(long nanos, int looks) {
        List<Integer> spared = new ArrayList<>();
        for (int i = 0; i < looks; i++) {
            credit.looked(now);
            spared.add(borrowsWithoutALook());
            now += nanos;
        }
        return spared;
    }

    @Test
    void whoHasNotLookedMustLook() {
        assertThat(credit.spend()).isFalse();
    }

    @Test
    void whoIsFastLooksLessAndLessOften() {
        assertThat(lookEvery(10_000, 8)).containsExactly(0, 1, 3, 7, 15, 16, 16, 16);
    }

    @Test
    void whoIsSlowLooksEveryTime() {
        assertThat(lookEvery(25_000, 8)).containsOnly(0);
    }

    @Test
    void whoBecomesSlowLooksEveryTimeFromItsNextLookOn() {
        lookEvery(1_000, 8);
        now += 25_000;
        assertThat(lookEvery(25_000, 3)).containsOnly(0);
    }

    /** Between two looks of one and the same pace no more than twice the time passes that gave the credit. */
    @Test
    void theTimeThatNobodySeesIsShort() {
        for (long borrowNanos = 100; borrowNanos < 100_000; borrowNanos += 100) {
            long longest = 0;
            for (int i = 0; i < 100; i++) {
                credit.looked(now);
                long unseen = borrowNanos * (1 + borrowsWithoutALook());
                now += unseen;
                longest = Math.max(longest, unseen);
            }
            assertThat(longest).as("borrows of %s ns", borrowNanos).isLessThanOrEqualTo(Math.max(borrowNanos, 60_000));
        }
    }

    @Test
    void eachThreadHasItsOwn() throws InterruptedException {
        lookEvery(1_000, 8);
        credit.looked(now);
        List<Boolean> spared = new ArrayList<>();
        Thread other;
        do { // until it is not one of those that share this one's
            other = new Thread(() -> spared.add(credit.spend()));
        } while (other.getId() % 64 == Thread.currentThread().getId() % 64);
        other.start();
        other.join();
        assertThat(spared).containsExactly(false);
        assertThat(credit.spend()).isTrue();
    }
}
