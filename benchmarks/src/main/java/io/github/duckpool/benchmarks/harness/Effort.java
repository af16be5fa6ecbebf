package io.github.duckpool.benchmarks.harness;

/** How much a run measures. */
public enum Effort {
    /** A smoke test of all families within 90 s: the one or two cases, with the one or two peers, that the guard knows. */
    QUICK,
    /** The selection that the README shows: all families within about 20 minutes. */
    REPORT,
    /** Everything, however long it takes. */
    FULL
}
