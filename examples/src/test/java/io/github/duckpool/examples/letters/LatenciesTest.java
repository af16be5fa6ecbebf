package io.github.duckpool.examples.letters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void percentilesAreRightToAFewPercent() {
        Random random = new Random(1);
        long[] micros = new long[10_000];
        Latencies latencies = new Latencies();
        for (int i = 0; i < micros.length; i++) {
            micros[i] = (long) Math.exp(random.nextDouble() * 16);
            latencies.add(micros[i]);
        }
        Arrays.sort(micros);

        for (int percent : new int[] {1, 50, 95, 99, 100}) {
            double exact = micros[micros.length * percent / 100 - 1] / 1000.0;
            assertThat(latencies.percentileMillis(percent)).as("p%d", percent).isBetween(exact, exact * 1.04 + 0.001);
        }
        double mean = Arrays.stream(micros).average().orElseThrow() / 1000;
        assertThat(latencies.meanMillis()).isCloseTo(mean, within(mean * 0.04));
        assertThat(latencies.count()).isEqualTo(micros.length);
    }

    @Test
    void theEndsOfTheRangeHaveBuckets() {
        Latencies latencies = new Latencies();
        assertThat(latencies.percentileMillis(99)).isZero();
        assertThat(latencies.meanMillis()).isZero();

        latencies.add(-1);
        latencies.add(0);
        latencies.add(Long.MAX_VALUE);

        assertThat(latencies.percentileMillis(50)).isZero();
        assertThat(latencies.percentileMillis(100)).isEqualTo(Long.MAX_VALUE / 1000.0);
    }
}
