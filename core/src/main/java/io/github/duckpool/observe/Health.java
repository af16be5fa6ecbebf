package io.github.duckpool.observe;

import java.util.List;

/**
 * How a pool is. Immutable and thread-safe.
 *
 * @param status whether it can be relied on
 * @param reasons why it can't, one sentence each; empty while it is up
 */
public record Health(Status status, List<String> reasons) {

    /** Whether a pool can be relied on. */
    public enum Status {
        /** It lends, or will as soon as its turn comes. */
        UP,
        /** It does not lend, or what it lends is in danger. */
        DOWN
    }

    /**
     * Copies the list.
     *
     * @param status whether it can be relied on
     * @param reasons why it can't
     */
    public Health {
        reasons = List.copyOf(reasons);
    }

    /**
     * Judges by what is wrong.
     *
     * @param reasons what is wrong
     * @return up if nothing is
     */
    public static Health of(List<String> reasons) {
        return new Health(reasons.isEmpty() ? Status.UP : Status.DOWN, reasons);
    }
}
