package io.github.duckpool.benchmarks.harness;

import java.time.Duration;

/** How much a run measures. */
public enum Effort {
    /** A smoke test of all families within 90 s: the one or two cases, with the one or two peers, that the guard knows. */
    QUICK,
    /** The selection that the README shows: all families within about 19 minutes. */
    REPORT,
    /** Everything of {@link #FULL}, once and each for a moment: whether it all starts and ends. Its figures say nothing. */
    TRIAL,
    /** Everything, however long it takes. */
    FULL;

    private static final double TRIAL_PART = 0.1;

    /**
     * Whether every case and every contender takes part.
     *
     * @return false for a selection
     */
    public boolean isComplete() {
        return this == FULL || this == TRIAL;
    }

    /**
     * The time of a complete run: all of it, or the small part that a trial takes.
     *
     * @param full what it is in a {@link #FULL} run, in any unit
     * @return the same, or a tenth
     */
    public double part(double full) {
        return this == TRIAL ? TRIAL_PART * full : full;
    }

    /**
     * How often something is done, or how long it takes, in whole numbers.
     *
     * @param full what it is in a {@link #FULL} run
     * @return the same, or a tenth, but at least 1
     */
    public int part(int full) {
        return (int) Math.max(1, part((double) full));
    }

    /**
     * The budget of a complete run.
     *
     * @param full what it is in a {@link #FULL} run
     * @return the same, or nothing, so that one round is made
     */
    public Duration budget(Duration full) {
        return this == TRIAL ? Duration.ZERO : full;
    }
}
