package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import io.github.duckpool.lock.DuckError;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what happens in one process. Thread-safe. */
final class Tally {
    private static final long WAIT_NANOS = 1_000_000;

    private final Latencies latencies = new Latencies();
    private final AtomicInteger asking = new AtomicInteger();
    private final LongAdder waits = new LongAdder();
    private final LongAccumulator longestWaitNanos = new LongAccumulator(Math::max, 0);
    private final LongAdder conflictsMet = new LongAdder();
    private final LongAdder conflictsReached = new LongAdder();
    private final LongAdder otherErrors = new LongAdder();
    private final AtomicReference<@Nullable SQLException> firstError = new AtomicReference<>();

    /**
     * One query or write, from the moment when its connection is asked for. Used by one thread.
     */
    final class Call {
        private final long askedNanos = System.nanoTime();
        private boolean given;

        private Call() {
            asking.incrementAndGet();
        }

        /** The connection is there; told again when the work is done again. */
        void given() {
            if (given) {
                return;
            }
            given = true;
            asking.decrementAndGet();
            long waitedNanos = System.nanoTime() - askedNanos;
            if (waitedNanos > WAIT_NANOS) {
                waits.increment();
                longestWaitNanos.accumulate(waitedNanos);
            }
        }

        /** The last row is read, or the transaction committed, and the connection is back. */
        void done() {
            given();
            latencies.add((System.nanoTime() - askedNanos) / 1000);
        }

        /** An error got through to the program. */
        void failed(SQLException error) {
            given();
            firstError.compareAndSet(null, error);
            (DuckError.classify(error).kind().retryable() ? conflictsReached : otherErrors).increment();
        }
    }

    Call ask() {
        return new Call();
    }

    /** What one transaction does. */
    interface Work {
        void on(Connection connection) throws SQLException;
    }

    /** Writes by a pool. True if the transaction was committed, false if an error got through. */
    boolean write(DuckPool pool, Work work) {
        Call call = ask();
        try {
            pool.write(connection -> {
                call.given();
                work.on(connection);
                return true;
            });
            call.done();
            return true;
        } catch (SQLException e) {
            call.failed(e);
            return false;
        }
    }

    /** How many wait for a connection now. */
    int asking() {
        return asking.get();
    }

    /** An attempt failed that will be made again. */
    void met(SQLException error) {
        if (DuckError.classify(error).kind().retryable()) {
            conflictsMet.increment();
        }
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
