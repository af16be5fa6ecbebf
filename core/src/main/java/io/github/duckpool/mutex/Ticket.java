package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One who waits in a {@link PermitLine}: the place in line, the future, the permit to come and the task that tells it are this one record.
 * Its state decides between the permit and a time-out, cancellation or interrupt, by one compare-and-set from {@link #WAITING}.
 */
abstract class Ticket<T extends @Nullable Object> extends Awaited<T> implements Runnable {
    /** In line. */
    static final int WAITING = 0;
    /** Has the permit, and may not have been told yet. */
    static final int HELD = 1;
    /** Had the permit. */
    static final int CLOSED = 2;
    /** Gave up, and no permit came. */
    static final int LEFT = 3;
    /** The line was closed, and no permit came. */
    static final int FAILED = 4;

    static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Ticket.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final PermitLine line;

    /** The one who came before while this one is on the stack of arrivals, the one who came after once it is in the list, the next to tell at the end. */
    @Nullable
    Ticket<?> next;

    /** Whether somebody was behind it in the list when it was matched: its permit then goes to the server, not to the word. A hint. */
    boolean isFollowed;

    /** Whether it, and so everybody before it, has been taken over into the list. The server's, and set for the latest alone each time. */
    boolean isAdmitted;

    volatile int state;

    Ticket(PermitLine line) {
        this.line = line;
    }

    final boolean move(int from, int to) {
        return STATE.compareAndSet(this, from, to);
    }

    /** Leaves the line; false if it was matched with a permit, or had left or failed, before. */
    final boolean leave() {
        if (move(WAITING, LEFT)) {
            line.left();
            return true;
        }
        return false;
    }

    /**
     * Gives up on behalf of a caller who was never given the future. Takes no memory. The permit, if it came or is on its way, goes on.
     */
    @SuppressWarnings("NullAway") // nobody has the future
    void abandon() {
        if (!leave() && !settle(null) && this instanceof Permit permit) { // it was told before
            permit.close();
        }
    }

    /** Tells it, under no lock, that it has the permit, or that the line is closed; again it does no harm. */
    abstract void tell();

    /** Has the permit without having waited. */
    abstract void takeAtOnce();

    /** Gives up because the time is over; whoever made the error that says so may have failed with another. */
    abstract void expire(Throwable error);

    // Who leaves may find others to tell, and an executor that fails: that is no reason to stay without an outcome.

    @Override
    public boolean complete(T value) {
        boolean first;
        try {
            leave();
        } finally {
            first = super.complete(value);
        }
        return first;
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        boolean first;
        try {
            leave();
        } finally {
            first = super.completeExceptionally(error);
        }
        return first;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean first;
        try {
            leave();
        } finally {
            first = super.cancel(mayInterruptIfRunning);
        }
        return first;
    }

    /** Completes the future as its own line or work does, not from outside. */
    final boolean settle(T value) {
        return super.complete(value);
    }

    final boolean settleExceptionally(Throwable error) {
        return super.completeExceptionally(error);
    }

    /** Its line was closed; if that can't be said, for want of memory for one, then what keeps it from being said is the outcome. */
    final void settleAsClosed() {
        Throwable error;
        try {
            error = line.closed();
        } catch (Throwable e) {
            error = e;
        }
        settleExceptionally(error);
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            if (!isDone()) {
                try {
                    complete(supplier.get());
                } catch (Throwable e) {
                    completeExceptionally(e);
                }
            }
        });
        return this;
    }

    /**
     * Not supported: the permit that the present value stands for would be lost.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public void obtrudeValue(T value) {
        throw new UnsupportedOperationException("the outcome of a request for a permit can't be changed");
    }

    /**
     * Not supported: the permit that the present value stands for would be lost.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public void obtrudeException(Throwable error) {
        throw new UnsupportedOperationException("the outcome of a request for a permit can't be changed");
    }
}
