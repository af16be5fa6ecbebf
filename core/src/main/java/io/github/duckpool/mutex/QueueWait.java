package io.github.duckpool.mutex;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The way of one caller to its turn: draw a ticket, poll until everybody before has left, make sure that the queue is still the
 * one at the path. Whatever ends it early gives the ticket back. Not thread-safe: one thread walks it.
 */
final class QueueWait {
    private static final long GUARD_SHORTEST_NANOS = 20_000;
    private static final long GUARD_LONGEST_NANOS = 1_000_000;
    private static final int REOPENINGS = 10;

    private final QueueSource source;
    private final boolean shared;
    private final Deadline deadline;
    private final @Nullable Future<?> asked;
    private @Nullable QueueTicket ticket;

    /** Where the way begins, again whenever the companion was replaced. */
    interface QueueSource {
        QueueFile open() throws IOException;
    }

    /** Says that the caller has lost interest; carries nothing and is told to nobody. */
    static final class CancelledException extends Exception {
        private static final long serialVersionUID = 1;

        CancelledException() {
            super("cancelled", null, false, false);
        }
    }

    /**
     * Makes a way that has not begun.
     *
     * @param asked what its caller has; if it is done the caller has lost interest. Null if that can't be
     */
    QueueWait(QueueSource source, boolean shared, Deadline deadline, @Nullable Future<?> asked) {
        this.source = source;
        this.shared = shared;
        this.deadline = deadline;
        this.asked = asked;
    }

    /**
     * Tries to get the turn without waiting for anybody. The place in the queue is kept for {@link #await()}, unless
     * {@link #giveUp()} is called.
     *
     * @return null if the turn has not come, or can't be told without waiting
     */
    @Nullable
    QueueTicket tryNow(QueueFile file) throws IOException {
        try {
            ticket = QueueTicket.tryEnqueue(file, shared);
            return ticket != null && ticket.isMyTurn() && file.isCurrent() ? won() : null;
        } catch (ClosedChannelException e) {
            giveUp(); // await() starts over on a new one
            return null;
        } catch (IOException | RuntimeException | Error e) {
            giveUp();
            throw e;
        }
    }

    /** Polls until the turn has come. */
    QueueTicket await() throws IOException, InterruptedException, TimeoutException, CancelledException {
        try {
            for (int closed = 0; ; ) {
                try {
                    QueueTicket mine = ticket != null ? ticket : enqueue(source.open());
                    awaitTurn(mine);
                    if (mine.file().isCurrent()) {
                        return won();
                    }
                } catch (ClosedChannelException closedByOthers) {
                    if (++closed > REOPENINGS) { // every lock went with the channel: start over on a new one
                        throw closedByOthers;
                    }
                }
                giveUp();
            }
        } finally {
            giveUp();
        }
    }

    /** Gives the place in the queue back, if there is one. */
    void giveUp() {
        if (ticket != null) {
            ticket.release();
            ticket = null;
        }
    }

    private QueueTicket won() {
        QueueTicket won = requireNonNull(ticket);
        ticket = null;
        return won;
    }

    private QueueTicket enqueue(QueueFile file)
            throws IOException, InterruptedException, TimeoutException, CancelledException {
        long sleepNanos = GUARD_SHORTEST_NANOS;
        while (true) {
            QueueTicket drawn = QueueTicket.tryEnqueue(file, shared);
            if (drawn != null) {
                ticket = drawn;
                return drawn;
            }
            pause(sleepNanos, "somebody else holds the guard of " + file.path());
            sleepNanos = Math.min(GUARD_LONGEST_NANOS, 2 * sleepNanos);
        }
    }

    private void awaitTurn(QueueTicket mine)
            throws IOException, InterruptedException, TimeoutException, CancelledException {
        if (mine.isMyTurn()) {
            return;
        }
        QueueFile file = mine.file();
        var pace = new QueuePace(mine.number(), file.released(), System.nanoTime());
        while (true) {
            pause(pace.sleepNanos(System.nanoTime()), mine + " waits, and others stand before it");
            if (pace.probes(file.released(), System.nanoTime()) && mine.isMyTurn()) {
                return;
            }
        }
    }

    private void pause(long nanos, String facts) throws InterruptedException, TimeoutException, CancelledException {
        deadline.check(facts);
        if (asked != null && asked.isDone()) {
            throw new CancelledException();
        }
        LockSupport.parkNanos(this, Math.max(1, Math.min(nanos, deadline.leftNanos())));
        if (Thread.interrupted()) {
            throw new InterruptedException(facts);
        }
    }
}
