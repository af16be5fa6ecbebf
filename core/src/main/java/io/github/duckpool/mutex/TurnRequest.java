package io.github.duckpool.mutex;

import static java.util.Objects.requireNonNull;

import io.github.duckpool.internal.wait.Daemons;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request for a turn that no thread waits for, and its future: a place in the line of this process, then the way through the queue of the
 * processes. All it needs on that way is made before it has the place, and it links no call site then, which a newer JVM without memory refuses for
 * ever: a place or a ticket that nobody has would stop this process, or all of them.
 */
final class TurnRequest extends Awaited<Permit> implements BiConsumer<@Nullable Permit, @Nullable Throwable>, Runnable {
    private final TurnLine line;
    private final boolean shared;
    private final QueueWait wait;

    /** In the line of this process; written before the thread that polls is started. */
    private @Nullable Permit place;

    TurnRequest(TurnLine line, boolean shared, Deadline deadline) {
        this.line = line;
        this.shared = shared;
        this.wait = new QueueWait(line, shared, deadline, this);
    }

    /** Goes on as soon as it has the place that was asked for, and withdraws that when it is over. */
    void follow(CompletableFuture<Permit> queued) {
        try {
            whenComplete(new Withdrawal(queued));
            queued.whenComplete(this);
        } catch (Throwable e) { // no memory to listen with: nobody gets to know of the request
            abandon(queued);
            if (isDone() && !isCompletedExceptionally()) {
                join().close();
            }
            throw e;
        }
    }

    private static void abandon(CompletableFuture<Permit> queued) {
        if (queued instanceof Ticket<?> ticket) {
            ticket.abandon();
        } else if (!queued.isCompletedExceptionally()) {
            queued.join().close();
        }
    }

    private record Withdrawal(CompletableFuture<Permit> queued)
            implements BiConsumer<@Nullable Permit, @Nullable Throwable> {
        @Override
        public void accept(@Nullable Permit turn, @Nullable Throwable error) {
            queued.cancel(false);
        }
    }

    /** Has its place. Goes the cheap way where the turn is free; it must not block, for it may run inside somebody's release. */
    @Override
    public void accept(@Nullable Permit got, @Nullable Throwable failure) {
        if (got == null) {
            completeExceptionally(failure);
            return;
        }
        place = got;
        if (isDone()) {
            got.close();
            return;
        }
        Permit turn;
        try {
            QueueTicket ticket = wait.tryNow(line.open());
            if (ticket == null) {
                Daemons.of(this, "duckpool waits for " + line.name()).start();
                return;
            }
            turn = line.granted(ticket, got, shared);
        } catch (Throwable e) { // no thread can be had, for one; a ticket that is left behind would stop every process
            fail(got, e);
            return;
        }
        deliver(turn);
    }

    /** Polls, on a thread of its own. */
    @Override
    public void run() {
        Permit mine = requireNonNull(place);
        Permit turn;
        try {
            turn = line.granted(wait.await(), mine, shared);
        } catch (Throwable e) {
            fail(mine, e);
            return;
        }
        deliver(turn);
    }

    private void fail(Permit mine, Throwable error) {
        try {
            wait.giveUp();
        } finally {
            try {
                mine.close();
            } finally {
                completeExceptionally(error);
            }
        }
    }

    /** Decides the race between the turn and a cancellation: whoever completes the future first has won. */
    private void deliver(Permit turn) {
        if (!complete(turn)) {
            turn.close();
        }
    }
}
