package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom the writer waits for, and what ends the wait. A wait that nothing ends takes longer here than a test may. */
@Timeout(300)
class GatheringTest {
    private static final int FULL = 64;

    private final AtomicInteger joined = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private final Gathering endless = gathering(TimeUnit.HOURS.toNanos(1));

    private Gathering gathering(long mostNanos) {
        return new Gathering(
                () -> {
                    looks.incrementAndGet();
                    return joined.get();
                },
                mostNanos);
    }

    /** A turn in which so many are told while so many have joined already; whether the writer got ready to wait. */
    private boolean turn(Gathering gathering, int told, int there, int full) {
        joined.set(there);
        gathering.begin();
        if (told > 0) {
            gathering.telling(told);
        }
        looks.set(0);
        gathering.await(full);
        return looks.get() > 0;
    }

    @Test
    void nobodyWaitsForALoneCaller() {
        assertThat(turn(endless, 1, 0, FULL)).isFalse();
    }

    @Test
    void nobodyWaitsForFuturesOrWhenTheNextGroupIsFull() {
        assertThat(turn(endless, 0, 5, FULL)).isFalse();
        assertThat(turn(endless, 7, 3, 3)).isTrue(); // three are enough, and there
        assertThat(looks).hasValue(1);
    }

    @Test
    void nobodyWaitsWhenSomebodyElseComesBeforeTheNextGroup() {
        assertThat(turn(endless, 7, -1, FULL)).isTrue();
        assertThat(looks).hasValue(1);
    }

    /** Whoever was told in an earlier part of the turn may be back before the last part is told, and counts once. */
    @Test
    void whoIsBackBeforeTheTurnEndsCountsOnce() {
        endless.begin();
        joined.set(1);
        endless.telling(2);
        joined.set(3);
        endless.telling(1);
        joined.set(4);
        endless.await(FULL);
        assertThat(joined).hasValue(4);
    }

    /** A writer may come in the very moment in which the other gets ready to wait. */
    @Test
    void theLastToComeEndsTheWait() throws Exception {
        everyRound(3, (gathering, n) -> {
            int number = joined.incrementAndGet();
            gathering.came(number);
        });
        assertThat(joined).hasValue(3);
    }

    /** The same moment, made certain: after the look, before the wait. */
    @Test
    void whoComesRightAfterTheLookEndsTheWait() {
        List<Gathering> waiting = new ArrayList<>();
        Gathering gathering = new Gathering(
                () -> {
                    int seen = joined.get();
                    if (looks.incrementAndGet() == 2) { // the first was before they were told
                        joined.set(3);
                        waiting.get(0).came(3);
                    }
                    return seen;
                },
                TimeUnit.HOURS.toNanos(1));
        waiting.add(gathering);
        gathering.begin();
        gathering.telling(3);
        gathering.await(FULL);
        assertThat(looks).hasValue(3);
    }

    @Test
    void aPlaceThatIsNotSharedEndsTheWait() throws Exception {
        everyRound(1, (gathering, n) -> {
            joined.set(-1);
            gathering.end();
        });
    }

    @FunctionalInterface
    private interface Arrival {
        void come(Gathering gathering, int n);
    }

    private void everyRound(int threads, Arrival arrival) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 3_000; round++) {
                joined.set(0);
                endless.begin();
                endless.telling(3);
                List<Future<?>> coming = new ArrayList<>();
                int spins = round % 300;
                for (int i = 0; i < threads; i++) {
                    int n = i;
                    coming.add(executor.submit(() -> {
                        for (int spin = 0; spin < spins * n; spin++) {
                            Thread.onSpinWait();
                        }
                        arrival.come(endless, n);
                    }));
                }
                endless.await(FULL);
                assertThat(joined).satisfiesAnyOf(j -> assertThat(j).hasValue(3), j -> assertThat(j)
                        .hasValue(-1));
                for (Future<?> each : coming) {
                    each.get();
                }
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Callers who take their time cost the others little. */
    @Test
    void aWaitThatDoesNotPayIsLeftOutForTwiceAsLongEachTime() {
        Gathering brief = gathering(1);
        List<Integer> leftOut = new ArrayList<>();
        int count = 0;
        while (leftOut.size() < 9) {
            if (turn(brief, 4, 0, FULL)) {
                leftOut.add(count);
                count = 0;
            } else {
                count++;
            }
        }
        assertThat(leftOut).containsExactly(0, 1, 3, 7, 15, 31, 63, 63, 63);
        for (int i = 0; i < 63; i++) {
            assertThat(turn(brief, 4, 0, FULL)).isFalse();
        }
        assertThat(turn(gathering(1), 4, 0, FULL)).isTrue();
    }

    @Test
    void aWaitThatPaysIsNotLeftOut() {
        Gathering brief = gathering(1);
        assertThat(turn(brief, 4, 0, FULL)).isTrue();
        assertThat(turn(brief, 4, 0, FULL)).isFalse();
        brief.begin();
        joined.set(0);
        brief.telling(4);
        joined.set(2); // half of them are back
        brief.await(FULL);
        assertThat(turn(brief, 4, 0, FULL)).isTrue();
        assertThat(turn(brief, 4, 0, FULL)).isFalse();
        assertThat(turn(brief, 4, 0, FULL)).isTrue();
    }
}
