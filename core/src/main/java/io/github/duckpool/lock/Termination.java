package io.github.duckpool.lock;

import java.time.Duration;

/**
 * What came of the attempt to end a process that has a database file open.
 *
 * @param outcome how it ended
 * @param detail one sentence, for people
 * @param waited how long was waited after the signal; zero if none was sent
 */
public record Termination(Outcome outcome, String detail, Duration waited) {
    /** How an attempt can end. */
    public enum Outcome {
        /** The process got the signal and has ended. */
        ENDED,
        /** The process got the signal, lives on, and does not have the file open any more. */
        LET_GO,
        /** The process got the signal, and still has the file open at the end of the grace time. */
        STILL_THERE,
        /** No signal was sent: the process had ended, or had let the file go, before. */
        ALREADY_GONE,
        /** No signal was sent: the process may not, or can't safely, be ended from here. */
        REFUSED
    }

    /**
     * Whether the process is out of the way.
     *
     * @return true unless it was refused or is still there
     */
    public boolean isFreed() {
        return outcome != Outcome.REFUSED && outcome != Outcome.STILL_THERE;
    }
}
