package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HolderLogTest {
    private static final DuckError LOCKED = DuckError.classify(Samples.LOCKED);

    /** What the logger printed meanwhile. */
    static String logged(Runnable work) {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whoIsInTheWayIsSaidAtOnceAndThenEveryTenSeconds() {
        VirtualTime time = new VirtualTime(5);
        AtomicInteger attempts = new AtomicInteger();
        LockRetry retry = new LockRetryBuilder(time)
                .fileLocks(b -> b.deadline(Duration.ofSeconds(35)))
                .build();
        String log = logged(() -> {
            assertThatThrownBy(() -> retry.call(() -> {
                        attempts.incrementAndGet();
                        throw Samples.error(Kind.FILE_LOCKED);
                    }))
                    .hasMessageContaining("deadline 35.0 s");
        });
        assertThat(attempts).hasValueGreaterThan(20);
        assertThat(log.lines())
                .as(log)
                .hasSizeBetween(3, 4) // at 0, and after 10, 20 and 30 s
                .allSatisfy(line -> assertThat(line)
                        .contains("WARN", "/data/letters.duckdb", "/usr/bin/python3.11 (PID 4242, user anna)"));
    }

    @Test
    void callsThatWaitTogetherShareTheLine() {
        HolderLog log = new HolderLog();
        long start = Long.MAX_VALUE - 5; // a clock may overflow
        assertThat(log.line(LOCKED, start, 1, 1_000_000_000)).hasValueSatisfying(line -> assertThat(line)
                .contains("held by /usr/bin/python3.11 (PID 4242, user anna)", "attempt 1", "1.0 s"));
        assertThat(log.line(LOCKED, start, 1, 1)).isEmpty();
        assertThat(log.line(LOCKED, start + HolderLog.PERIOD_NANOS - 1, 1, 1)).isEmpty();
        assertThat(log.line(LOCKED, start + HolderLog.PERIOD_NANOS, 1, 1)).isPresent();
        assertThat(log.line(LOCKED, start + HolderLog.PERIOD_NANOS + 1, 1, 1)).isEmpty();
    }

    @Test
    void eachFileHasALineOfItsOwn() {
        HolderLog log = new HolderLog();
        for (int i = 0; i < 5_000; i++) {
            DuckError error = DuckError.classify("IO Error: Could not set lock on file \"/data/" + i
                    + ".duckdb\": Conflicting lock is held in PID 0");
            assertThat(log.line(error, 0, 1, 1))
                    .hasValueSatisfying(line -> assertThat(line).contains("not visible from here"));
        }
    }

    @Test
    void conflictsAreNotLogged() {
        LockRetry retry =
                new LockRetryBuilder(new VirtualTime(6)).maxAttempts(5).build();
        assertThat(logged(() -> {
                    assertThatThrownBy(() -> retry.call(() -> {
                                throw Samples.error(Kind.WRITE_CONFLICT);
                            }))
                            .hasMessageContaining("5 attempts");
                }))
                .isEmpty();
    }
}
