package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QueuePaceTest {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;

    @Test
    void theHeadLooksOftenAtFirstAndEveryMillisecondLater() {
        var pace = new QueuePace(8, 6, 0); // ticket 7 has the turn
        assertThat(pace.sleepNanos(0)).isEqualTo(50 * MICRO);
        assertThat(pace.sleepNanos(2 * MILLI)).isEqualTo(250 * MICRO);
        assertThat(pace.probes(6, 100 * MILLI)).isTrue();
        assertThat(pace.sleepNanos(100 * MILLI)).isEqualTo(MILLI);
    }

    @Test
    void whoeverStandsFarBackLooksSeldom() {
        assertThat(new QueuePace(9, 6, 0).sleepNanos(0)).isEqualTo(150 * MICRO);
        assertThat(new QueuePace(10, 6, 0).sleepNanos(0)).isEqualTo(300 * MICRO);
        assertThat(new QueuePace(100, 7, 0).sleepNanos(0)).isEqualTo(500 * MICRO);
    }

    @Test
    void nobodySleepsBeyondTheTimeToAskTheKernel() {
        var pace = new QueuePace(100, 7, 0);
        assertThat(pace.probes(7, 100 * MILLI)).isTrue();
        assertThat(pace.sleepNanos(100 * MILLI)).isEqualTo(5 * MILLI);
        assertThat(pace.sleepNanos(103 * MILLI)).isEqualTo(2 * MILLI);
        assertThat(pace.sleepNanos(109 * MILLI)).as("late").isEqualTo(50 * MICRO);
    }

    @Test
    void aDamagedHintLeavesASensiblePace() {
        for (long released : new long[] {Long.MIN_VALUE, -1, 8, 9, Long.MAX_VALUE}) {
            assertThat(new QueuePace(8, released, 0).sleepNanos(0)).isBetween(50 * MICRO, 500 * MICRO);
        }
    }

    @Test
    void theKernelIsAskedWhenATurnWasPassedOn() {
        var pace = new QueuePace(8, 5, 0);
        assertThat(pace.probes(5, MICRO)).isFalse();
        assertThat(pace.probes(6, 2 * MICRO)).isTrue();
        assertThat(pace.probes(6, 3 * MICRO)).isFalse();
        assertThat(pace.sleepNanos(3 * MICRO)).as("it moved a moment ago").isEqualTo(50 * MICRO);
    }

    @Test
    void theKernelIsAskedEveryFiveMillisecondsInAnyCase() {
        var pace = new QueuePace(8, 5, 0);
        assertThat(pace.probes(5, 5 * MILLI - 1)).isFalse();
        assertThat(pace.probes(5, 5 * MILLI)).isTrue();
        assertThat(pace.probes(5, 9 * MILLI)).isFalse();
        assertThat(pace.probes(5, 10 * MILLI)).isTrue();
    }
}
