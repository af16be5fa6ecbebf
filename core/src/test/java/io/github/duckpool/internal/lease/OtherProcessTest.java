package io.github.duckpool.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What other processes are called in messages. */
class OtherProcessTest {
    @Test
    void aProcessThatIsThereHasAUserAndAStart() {
        long self = ProcessHandle.current().pid();
        String user = ProcessHandle.current().info().user().orElseThrow();

        assertThat(OtherProcess.name(self, Optional.of("java"), Optional.empty()))
                .isEqualTo("PID " + self + " (java) of user " + user);
        assertThat(OtherProcess.name(self, Optional.empty(), Optional.of("ann")))
                .startsWith("PID " + self + " (/")
                .endsWith("java) of user ann");
        assertThat(OtherProcess.since(self, Instant.now())).startsWith(", running since 20");
    }

    @Test
    void oneThatIsUnknownHasNone() {
        assertThat(OtherProcess.name(0, Optional.empty(), Optional.empty())).startsWith("a process that can't be seen");
        assertThat(OtherProcess.name(Integer.MAX_VALUE, Optional.of("gone"), Optional.empty()))
                .isEqualTo("PID " + Integer.MAX_VALUE + " (gone)");
        assertThat(OtherProcess.since(Integer.MAX_VALUE, Instant.now())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PT5.9S,5 s", "PT59M59S,59 min", "PT2H5M,2 h 5 min", "P3DT4H,3 d 4 h"})
    void theAgeIsInTwoUnits(Duration age, String said) {
        Instant start = Instant.parse("2026-01-02T03:04:05.678Z");
        assertThat(OtherProcess.since(start, start.plus(age), ZoneOffset.ofHours(1)))
                .isEqualTo(", running since 2026-01-02T04:04:05+01:00 (" + said + ")");
        assertThat(OtherProcess.since(start, start.minusSeconds(1), ZoneOffset.UTC))
                .isEqualTo(", running since 2026-01-02T03:04:05Z");
    }
}
