package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.Uncaught;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of the time that a request in line has. A timer measures it, and an executor says that it is over: what hangs on the
 * future must not hold up the timer. Made when the request gets in line, for there may be no memory later; and whatever fails then, the
 * request is over.
 */
final class Expiry implements BiConsumer<@Nullable Void, @Nullable Throwable>, Runnable {
    private final Duration timeout;
    private final Ticket<?> ticket;

    private Expiry(Duration timeout, Ticket<?> ticket) {
        this.timeout = timeout;
        this.ticket = ticket;
    }

    /** What measures the time: fails a future when it is over, unless it is complete before. */
    interface Alarm {
        /** The JDK's timer. */
        Alarm OF_JDK = (timer, nanos) -> timer.orTimeout(nanos, TimeUnit.NANOSECONDS);

        void set(CompletableFuture<@Nullable Void> timer, long nanos);
    }

    /** Has the request given up after this time. */
    static void after(Duration timeout, Ticket<?> ticket) {
        CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();
        timer.whenComplete(new Expiry(timeout, ticket));
        ticket.line.telling.alarm().set(timer, Deadline.nanos(timeout));
        ticket.whenComplete((value, error) -> timer.complete(null));
    }

    static TimeoutException of(PermitLine line, @Nullable Duration timeout) {
        return new TimeoutException("no permit of " + line + " within " + timeout);
    }

    /** The time is over, or with no error the request is. */
    @Override
    public void accept(@Nullable Void nothing, @Nullable Throwable over) {
        if (over == null) {
            return;
        }
        try {
            ticket.line.telling.deliverElsewhere(this);
        } catch (Throwable e) { // the timer would keep to itself what the executor throws
            Uncaught.report(e);
        }
    }

    @Override
    public void run() {
        Throwable error;
        try {
            error = of(ticket.line, timeout);
        } catch (Throwable e) {
            error = e;
        }
        ticket.expire(error);
    }
}
