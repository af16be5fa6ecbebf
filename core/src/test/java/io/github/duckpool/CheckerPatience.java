package io.github.duckpool;

/** Lincheck takes a run that is not over in time for one that hangs; its own 20 s are too short for a busy machine. */
public final class CheckerPatience {
    /** For one run. */
    public static final long MILLIS = 60_000;

    private CheckerPatience() {}
}
