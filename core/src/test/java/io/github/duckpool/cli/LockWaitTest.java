package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How often the list of all locks is read, for which Linux stops all locking of the machine. */
class LockWaitTest {
    @Test
    void theLongerTheWaitTheRarerTheLooks() {
        long waited = 0;
        int looks = 0;
        while (waited < TimeUnit.MINUTES.toNanos(1)) {
            long pause = LockWait.pauseNanos(waited);
            assertThat(pause).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(10));
            assertThat(pause).as("at most an eighth late").isLessThanOrEqualTo(Math.max(10_000_000, waited / 8));
            assertThat(pause).isLessThanOrEqualTo(TimeUnit.SECONDS.toNanos(2));
            waited += pause;
            looks++;
        }
        assertThat(looks).as("in the first minute").isBetween(40, 80);
    }
}
