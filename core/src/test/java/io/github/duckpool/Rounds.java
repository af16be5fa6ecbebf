package io.github.duckpool;

import java.util.concurrent.TimeUnit;

/**
 * How long a load goes on: a number of rounds, or, for the long runs, a time, so that a slow machine does less and does not take
 * longer. Thread-safe; each thread counts its own rounds.
 */
public final class Rounds {
    private final int most;
    private final long lastNanos;
    private final long startNanos = System.nanoTime();

    private Rounds(int most, long lastNanos) {
        this.most = most;
        this.lastNanos = lastNanos;
    }

    public static Rounds of(int rounds) {
        return new Rounds(rounds, Long.MAX_VALUE);
    }

    /** From now on. */
    public static Rounds forSeconds(int seconds) {
        return new Rounds(Integer.MAX_VALUE, TimeUnit.SECONDS.toNanos(seconds));
    }

    public boolean go(int round) {
        return round < most && System.nanoTime() - startNanos < lastNanos;
    }
}
