package io.github.duckpool.examples.letters;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts times in buckets whose width is at most 1/32 of their value, so that percentiles are right to about 3 percent.
 * Thread-safe.
 */
final class Latencies {
    private static final int STEPS = 32;
    private static final int STEP_BITS = 5;
    private static final int BUCKETS = (Long.SIZE - STEP_BITS) * STEPS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void add(long micros) {
        counts.incrementAndGet(bucket(Math.max(micros, 0)));
    }

    long count() {
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    double meanMillis() {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += (double) counts.get(i) * top(i);
            count += counts.get(i);
        }
        return count == 0 ? 0 : sum / count / 1000;
    }

    /** The time that this share of all is not above, in milliseconds; 0 when there is none. */
    double percentileMillis(double percent) {
        long rank = (long) Math.ceil(count() * percent / 100);
        long seen = 0;
        for (int i = 0; i < BUCKETS && rank > 0; i++) {
            seen += counts.get(i);
            if (seen >= rank) {
                return top(i) / 1000.0;
            }
        }
        return 0;
    }

    private static int bucket(long micros) {
        if (micros < STEPS) {
            return (int) micros;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros) - STEP_BITS;
        return shift * STEPS + (int) (micros >>> shift);
    }

    /** The largest time that falls into the bucket. */
    private static long top(int bucket) {
        if (bucket < 2 * STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((bucket - (long) shift * STEPS + 1) << shift) - 1;
    }
}
