package io.github.duckpool.cli;

import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long {@code run} waits in all, and when it says for whom. Used by one thread. */
final class Patience {
    /** Most turns come sooner, and need no word. */
    static final Duration SILENCE = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final @Nullable Duration timeout;
    private final @Nullable PrintWriter notes;
    private final long startNanos = System.nanoTime();
    private boolean noted;

    /**
     * @param timeout null waits for ever
     * @param notes where to say what is waited for; null for nowhere
     */
    Patience(@Nullable Duration timeout, @Nullable PrintWriter notes) {
        this.timeout = timeout == null || timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
        this.notes = notes;
    }

    Duration waited() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** What is left, never negative; a very long time if there is no end. */
    Duration left() {
        Duration left = timeout == null ? LONGEST : timeout.minus(waited());
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean isOver() {
        return left().isZero();
    }

    /** Whether it is time to say what is waited for, which is done once. */
    boolean isNoteDue() {
        return notes != null && !noted && waited().compareTo(SILENCE) >= 0;
    }

    void note(String text) {
        noted = true;
        if (notes != null) {
            notes.println("duckpool: " + Text.line(text));
            notes.flush();
        }
    }

    CommandFailure timedOut(String facts) {
        return new CommandFailure(
                ExitCode.TIMED_OUT,
                facts + " after " + Text.time(waited()) + "; see who it is with \"duckpool who\", or raise --timeout");
    }
}
