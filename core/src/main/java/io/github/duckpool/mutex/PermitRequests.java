package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.FirstError;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How threads and futures ask a {@link PermitLine}: they get in line, wait for as long as they may, and give up. Whatever fails on that way, no place in line
 * is left that nobody waits at, and no permit that nobody has.
 */
abstract sealed class PermitRequests extends PermitLine permits AsyncSemaphore {
    /** How often the first in line looks for its permit before it parks: about as long as the park and the wake would take. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

    /**
     * How often a thread asks again before it gets in line where nobody is: whoever holds the permit for a few nanoseconds may return it by then,
     * at a tenth of what a place in line costs both. Two threads on a processor each: 24 to 27 ns for each hold; 27 to 36 with two tries, 47 to 69
     * with none.
     */
    private static final int TRIES = Runtime.getRuntime().availableProcessors() > 1 ? 10 : 0;

    PermitRequests(int permits, boolean behindDoor, MutexOptions options) {
        super(permits, behindDoor, options);
    }

    static void checkTimeout(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative, was " + timeout);
        }
    }

    /** A permit for a thread, if one is to be had without waiting. */
    final @Nullable Permit takeUninterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return take();
    }

    /** Calls a function under a permit that was taken without an object for it. */
    final <T extends @Nullable Object> T callUnnamed(Callable<T> work, long token) throws Exception {
        T result;
        try {
            result = work.call();
        } catch (Throwable e) {
            try {
                giveBack(token);
            } catch (Throwable later) { // an executor's: what the work failed with comes first
                FirstError.suppress(e, later);
            }
            throw e;
        }
        giveBack(token);
        return result;
    }

    /** A permit that was taken, as a future. */
    static CompletableFuture<Permit> futureOf(Permit permit) {
        try {
            return CompletableFuture.completedFuture(permit);
        } catch (Error e) { // no memory, or no stack: the permit was taken before, and must not be lost
            permit.close();
            throw e;
        }
    }

    /** Gets in line, or says by the future why not. */
    final <T extends @Nullable Object> CompletableFuture<T> queueFuture(Ticket<T> ticket, @Nullable Duration timeout) {
        try {
            return request(ticket, timeout);
        } catch (IllegalStateException | RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Gets in line; throws what {@link #queue} throws. */
    final <T extends @Nullable Object> CompletableFuture<T> request(Ticket<T> ticket, @Nullable Duration timeout) {
        if (timeout != null && timeout.isZero()) {
            if (isShut()) {
                throw closed();
            }
            return CompletableFuture.failedFuture(Expiry.of(this, timeout));
        }
        if (queue(ticket) && timeout != null) {
            try {
                Expiry.after(timeout, ticket);
            } catch (Throwable e) { // no memory for the timer, for one: nobody gets to know of the place in line
                ticket.abandon();
                throw e;
            }
        }
        return ticket;
    }

    /** A permit that is returned in the next moment, as long as nobody is in line: who only asks overtakes nobody. */
    private @Nullable Permit takeSoon() {
        Permit permit = null;
        for (int i = TRIES; i > 0 && permit == null && isNobodyInLine(); i--) {
            Thread.onSpinWait();
            permit = take();
        }
        return permit;
    }

    /** Waits in line on this thread, for as long as it takes. */
    final Permit await() throws InterruptedException {
        try {
            return await(null);
        } catch (TimeoutException e) {
            throw new AssertionError("no time was set", e);
        }
    }

    /** Waits in line on this thread; with no time, for as long as it takes. */
    final Permit await(@Nullable Duration timeout) throws InterruptedException, TimeoutException {
        if (timeout != null && timeout.isZero()) {
            if (isShut()) {
                throw closed();
            }
            throw Expiry.of(this, timeout);
        }
        Permit permit = takeSoon();
        if (permit != null) {
            return permit;
        }
        Deadline deadline = timeout == null ? Deadline.NEVER : Deadline.in(timeout);
        ThreadTicket ticket = new ThreadTicket(this);
        if (!queue(ticket)) {
            return ticket;
        }
        try {
            beforeWait();
            ticket.await(waiting() <= 1 ? SPINS : 0, deadline);
        } catch (Throwable e) { // no memory, or no stack: nobody waits at this place in line any more
            ticket.abandon();
            throw e;
        }
        if (ticket.leave()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw Expiry.of(this, timeout);
        }
        if (ticket.state == Ticket.FAILED) {
            throw closed();
        }
        return ticket;
    }
}
