package io.github.duckpool;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a pool shares its database file with other processes. Immutable and thread-safe; the {@code with…} methods return
 * copies.
 *
 * <p>All modes take their turn in the file's queue, so pools, command line and scripts in any language that keep to the
 * queue never meet DuckDB's "Could not set lock" error.
 */
public final class Sharing {

    /** The three ways to hold a file. */
    public enum Mode {
        /** Open once, hold until the pool closes. */
        EXCLUSIVE,
        /** Hold while nobody else waits; take turns when somebody does. */
        COOPERATIVE,
        /** Open read-only, beside any number of other readers and never beside a writer. */
        READ_ONLY
    }

    private static final Sharing EXCLUSIVE =
            new Sharing(Mode.EXCLUSIVE, Duration.ZERO, Optional.empty(), Optional.empty(), false);
    private static final Sharing COOPERATIVE = new Sharing(
            Mode.COOPERATIVE, Duration.ofMillis(100), Optional.of(Duration.ofSeconds(10)), Optional.empty(), false);
    private static final Sharing READ_ONLY = new Sharing(
            Mode.READ_ONLY, Duration.ofMillis(100), Optional.of(Duration.ofSeconds(10)), Optional.empty(), false);

    private final Mode mode;
    private final Duration minSlice;
    private final Optional<Duration> maxSlice;
    private final Optional<Duration> idleRelease;
    private final boolean cutOff;

    private Sharing(
            Mode mode, Duration minSlice, Optional<Duration> maxSlice, Optional<Duration> idleRelease, boolean cutOff) {
        this.mode = mode;
        this.minSlice = minSlice;
        this.maxSlice = maxSlice;
        this.idleRelease = idleRelease;
        this.cutOff = cutOff;
    }

    /**
     * The pool opens the file once and holds it until it is closed. Other processes wait until then.
     *
     * @return the mode without settings
     */
    public static Sharing exclusive() {
        return EXCLUSIVE;
    }

    /**
     * The pool holds the file as long as nobody else waits for it, at no cost. When another process queues and the minimum
     * slice is over, the pool stops lending, waits for borrowed connections, closes the file, passes the turn on, and queues
     * again if anyone here wants a connection. The default for files.
     *
     * @return the mode with {@code minSlice} 100 ms, {@code maxSlice} 10 s (reported, not cut off), no {@code idleRelease}
     */
    public static Sharing cooperative() {
        return COOPERATIVE;
    }

    /**
     * The pool opens the file read-only, in a turn that it shares with other readers; a writer that queues gets its turn as
     * with {@link #cooperative()}.
     *
     * @return the mode with {@code minSlice} 100 ms, {@code maxSlice} 10 s (reported, not cut off), no {@code idleRelease}
     */
    public static Sharing readOnly() {
        return READ_ONLY;
    }

    /**
     * How long the file is kept at least, once opened, although others wait. Longer slices mean fewer hand-overs and longer
     * waits elsewhere.
     *
     * @param minSlice zero or more; the default is 100 ms
     * @return a copy with this setting
     * @throws IllegalArgumentException if it is negative, or longer than the longest slice
     */
    public Sharing withMinSlice(Duration minSlice) {
        requireTurns("minSlice");
        if (Objects.requireNonNull(minSlice, "minSlice").isNegative()) {
            throw new IllegalArgumentException("minSlice must not be negative, was " + minSlice);
        }
        requireOrder(minSlice, maxSlice);
        return new Sharing(mode, minSlice, maxSlice, idleRelease, cutOff);
    }

    /**
     * How long a slice may take while others wait before connections that are still borrowed are reported: who borrowed them, how long
     * ago, and what that thread does now; where leaks are tracked, the stack that borrowed.
     *
     * @param maxSlice longer than zero; the default is 10 s
     * @return a copy with this setting, which reports and does not cut off
     * @throws IllegalArgumentException if it is not positive, or shorter than the shortest slice
     */
    public Sharing withMaxSlice(Duration maxSlice) {
        requireTurns("maxSlice");
        requirePositive("maxSlice", maxSlice);
        requireOrder(minSlice, Optional.of(maxSlice));
        return new Sharing(mode, minSlice, Optional.of(maxSlice), idleRelease, false);
    }

    /**
     * Like {@link #withMaxSlice(Duration)}, and connections that are still borrowed then are aborted: their running
     * statements fail, their transactions are rolled back.
     *
     * @param maxSlice longer than zero
     * @return a copy with this setting, which cuts off
     * @throws IllegalArgumentException if it is not positive, or shorter than the shortest slice
     */
    public Sharing withMaxSliceCutOff(Duration maxSlice) {
        Sharing reported = withMaxSlice(maxSlice);
        return new Sharing(mode, minSlice, reported.maxSlice, idleRelease, true);
    }

    /**
     * After how long without a borrowed connection the file is closed, so that programs which know nothing of the queue (the
     * DuckDB CLI, a notebook, a script) get in. The next borrower opens it again, which takes some 10 ms.
     *
     * @param idleRelease longer than zero; by default the file is kept
     * @return a copy with this setting
     * @throws IllegalArgumentException if it is not positive
     */
    public Sharing withIdleRelease(Duration idleRelease) {
        requireTurns("idleRelease");
        requirePositive("idleRelease", idleRelease);
        return new Sharing(mode, minSlice, maxSlice, Optional.of(idleRelease), cutOff);
    }

    /**
     * The way the file is held.
     *
     * @return the mode
     */
    public Mode mode() {
        return mode;
    }

    /**
     * How long the file is kept at least.
     *
     * @return the minimum slice, zero for none
     */
    public Duration minSlice() {
        return minSlice;
    }

    /**
     * When connections that hold up others are reported.
     *
     * @return the maximum slice; empty if slices have no end
     */
    public Optional<Duration> maxSlice() {
        return maxSlice;
    }

    /**
     * After how long without use the file is closed.
     *
     * @return the idle time; empty if the file is kept
     */
    public Optional<Duration> idleRelease() {
        return idleRelease;
    }

    /**
     * Whether connections that outstay {@link #maxSlice()} are aborted, not just reported.
     *
     * @return true if they are cut off
     */
    public boolean cutsOff() {
        return cutOff;
    }

    private void requireTurns(String setting) {
        if (mode == Mode.EXCLUSIVE) {
            throw new IllegalArgumentException(setting + " needs a mode that takes turns, was " + this);
        }
    }

    private static void requirePositive(String setting, Duration value) {
        if (Objects.requireNonNull(value, setting).isNegative() || value.isZero()) {
            throw new IllegalArgumentException(setting + " must be longer than zero, was " + value);
        }
    }

    private static void requireOrder(Duration minSlice, Optional<Duration> maxSlice) {
        if (maxSlice.isPresent() && minSlice.compareTo(maxSlice.get()) > 0) {
            throw new IllegalArgumentException(
                    "minSlice must not be longer than maxSlice, was " + minSlice + " and " + maxSlice.get());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sharing that
                && mode == that.mode
                && minSlice.equals(that.minSlice)
                && maxSlice.equals(that.maxSlice)
                && idleRelease.equals(that.idleRelease)
                && cutOff == that.cutOff;
    }

    @Override
    public int hashCode() {
        return Objects.hash(mode, minSlice, maxSlice, idleRelease, cutOff);
    }

    @Override
    public String toString() {
        if (mode == Mode.EXCLUSIVE) {
            return "exclusive";
        }
        return (mode == Mode.COOPERATIVE ? "cooperative" : "read-only")
                + "[minSlice=" + minSlice
                + maxSlice.map(d -> ", maxSlice=" + d + (cutOff ? " (cut off)" : ""))
                        .orElse("")
                + idleRelease.map(d -> ", idleRelease=" + d).orElse("") + "]";
    }
}
