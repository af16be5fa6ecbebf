package io.github.duckpool.examples.letters;

import io.github.duckpool.lock.DuckError;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what happens in one process. Thread-safe. */
final class Tally {
    private static final long WAIT_NANOS = 1_000_000;

    private final Latencies latencies = new Latencies();
    private final LongAdder waits = new LongAdder();
    private final LongAccumulator longestWaitNanos = new LongAccumulator(Math::max, 0);
    private final LongAdder conflictsMet = new LongAdder();
    private final LongAdder conflictsReached = new LongAdder();
    private final LongAdder otherErrors = new LongAdder();
    private final AtomicReference<@Nullable SQLException> firstError = new AtomicReference<>();

    /** One query or write is done: when its connection was asked for, given and back. */
    void done(long askedNanos, long givenNanos, long backNanos) {
        latencies.add((backNanos - askedNanos) / 1000);
        long waited = givenNanos - askedNanos;
        if (waited > WAIT_NANOS) {
            waits.increment();
            longestWaitNanos.accumulate(waited);
        }
    }

    /** An attempt failed that will be made again. */
    void met(SQLException error) {
        if (DuckError.classify(error).kind().retryable()) {
            conflictsMet.increment();
        }
    }

    /** An error got through to the program. */
    void reached(SQLException error) {
        firstError.compareAndSet(null, error);
        (DuckError.classify(error).kind().retryable() ? conflictsReached : otherErrors).increment();
    }

    /** The first error that got through, to be shown. */
    @Nullable
    SQLException firstError() {
        return firstError.get();
    }

    Figures figures() {
        return new Figures(
                latencies.count(),
                latencies.meanMillis(),
                latencies.percentileMillis(50),
                latencies.percentileMillis(95),
                latencies.percentileMillis(99),
                waits.sum(),
                longestWaitNanos.get() / 1e6,
                conflictsMet.sum(),
                conflictsReached.sum(),
                otherErrors.sum());
    }
}
