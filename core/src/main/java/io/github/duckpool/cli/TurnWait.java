package io.github.duckpool.cli;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The wait for the turn, which keeps its place in the queue while it says whom it waits for. */
final class TurnWait {
    private TurnWait() {}

    /**
     * Waits until the turn has come.
     *
     * @throws CommandFailure if it did not come in time; the place is given up
     * @throws InterruptedException if interrupted; the place is given up
     */
    static Permit on(FileMutex mutex, boolean shared, Patience patience)
            throws CommandFailure, InterruptedException, IOException {
        Duration left = patience.left();
        CompletableFuture<Permit> asked = shared ? mutex.acquireShared(left) : mutex.acquire(left);
        try {
            try {
                return asked.get(Patience.SILENCE.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (patience.isNoteDue()) {
                    patience.note("waiting for the turn on " + Holding.of(mutex.file()));
                }
                return asked.get();
            }
        } catch (InterruptedException e) {
            giveUp(asked);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw patience.timedOut("no turn on " + Holding.of(mutex.file()));
            }
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** A turn that came in this very moment goes on to the next. */
    private static void giveUp(CompletableFuture<Permit> asked) {
        if (!asked.cancel(false)) {
            asked.whenComplete((turn, failure) -> {
                if (turn != null) {
                    turn.close();
                }
            });
        }
    }
}
