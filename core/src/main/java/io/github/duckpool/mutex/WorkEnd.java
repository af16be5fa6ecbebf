package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when the stage of some work is complete: return its permit, then complete the future. One object that is made
 * while nothing is lost yet, since a permit that waits for the end of work can't be returned earlier by whoever finds no memory then.
 */
final class WorkEnd<T extends @Nullable Object> implements BiConsumer<T, @Nullable Throwable>, Runnable {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final VarHandle DONE;

    static {
        try {
            DONE = MethodHandles.lookup().findVarHandle(WorkEnd.class, "done", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final CompletableFuture<T> result;
    private final PermitLine line;
    private final long token;

    private @Nullable T value;
    private @Nullable Throwable error;

    /** Who is just beginning to listen. */
    private @Nullable Thread listening;

    @SuppressWarnings("UnusedVariable") // by its handle
    private volatile boolean done;

    private WorkEnd(CompletableFuture<T> result, PermitLine line, long token) {
        this.result = result;
        this.line = line;
        this.token = token;
    }

    /**
     * Listens for the end of work that has begun.
     *
     * @param ticket the future of the result; null for a new one
     */
    static <T extends @Nullable Object> WorkEnd<T> of(
            CompletionStage<T> stage, PermitLine line, long token, @Nullable WorkTicket<T> ticket) {
        WorkEnd<T> end = null;
        while (true) {
            try {
                if (end == null) {
                    end = new WorkEnd<>(ticket != null ? ticket : new Awaited<>(), line, token);
                }
                end.listening = Thread.currentThread();
                stage.whenComplete(end);
                end.listening = null;
                return end;
            } catch (OutOfMemoryError e) {
                // The work is under way: its permit may neither be lost nor passed on, so there is nothing to do but
                // try again.
                LockSupport.parkNanos(AGAIN_NANOS);
            } catch (Throwable e) { // a stage that can't be listened to has no end: the work is as good as done
                if (end == null) {
                    throw e;
                }
                end.error = e;
                end.run();
                return end;
            }
        }
    }

    @Override
    public void accept(T outcome, @Nullable Throwable failure) {
        value = outcome;
        error = failure;
        if (listening == Thread.currentThread()) {
            // The stage was complete. This thread may be telling others, and go on to wait for the result: queued
            // behind
            // what it tells, the permit would wait for the thread and the thread for the permit.
            run();
            return;
        }
        try {
            Telling.deliverHere(this);
        } catch (OutOfMemoryError e) { // for the queue of what this thread tells
            run();
        }
    }

    /** Again it does nothing. */
    @Override
    public void run() {
        if (!DONE.compareAndSet(this, false, true)) {
            return;
        }
        try {
            line.giveBack(token);
        } finally { // whatever is wrong with telling the next
            complete();
        }
    }

    @SuppressWarnings("NullAway") // null where the work's T is nullable
    private void complete() {
        Throwable failure = error;
        if (result instanceof WorkTicket<T> ticket) {
            if (failure == null) {
                ticket.settle(value);
            } else {
                ticket.settleExceptionally(failure);
            }
        } else if (failure == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(failure);
        }
    }
}
