package io.github.duckpool.internal.write;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A read or write that another thread does, and the future of its result. The work is settled first, by {@link #succeed} or
 * {@link #fail}, and the future completed later by {@link #run}, on a delivery thread.
 *
 * <p>Cancelling it promises something: if {@link #cancel} returns true nothing of it was or will be committed; if false it was
 * too late, and the outcome is still to come, which may be that it is unknown. Whoever completes the future in any other way
 * gives the work up as well, without that promise. Thread-safe.
 *
 * @param <T> the type of the result
 */
abstract class Pending<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int MOST_TRIES = 100;

    final Call call;
    final Budget budget;
    private final WorkReport report;

    /** The one that joined the same group before it. */
    @Nullable
    Pending<?> before;

    /** How many had joined by then, itself included. */
    int number;

    /** Whether a thread waits for it that nobody else has the future of, so that nothing but that thread hangs on it. */
    private boolean blocking;

    private @Nullable T result;
    private @Nullable Throwable failure;

    /** Whether there is an outcome, which is final; what was stopped before it began has none of its own. */
    private boolean settled;

    private volatile @Nullable Runnable leave;

    Pending(Call call, Budget budget, WorkReport report) {
        this.call = call;
        this.budget = budget;
        this.report = report;
    }

    /** Before it gets in line: the caller will {@link #await} it, and keeps the future to itself. */
    void blockCaller() {
        blocking = true;
    }

    boolean blocksCaller() {
        return blocking;
    }

    /** Notes how it gets out of the line when it is given up. */
    void leaveBy(Runnable way) {
        leave = way;
        if (isDone()) {
            way.run();
        }
    }

    /** Gives it up at its deadline if the budget is a strict one. */
    void watch(WorkThreads threads) {
        if (budget.isStrict()) {
            call.stopAfter(budget.leftNanos(), () -> report.timedOut(budget), () -> giveUp(threads));
        }
    }

    /** It was stopped: its future says so at once, whatever its function is still at. */
    void giveUp(WorkThreads threads) {
        SQLException why = call.stopped();
        if (why != null) {
            threads.deliver(() -> completeExceptionally(why));
        }
    }

    /** Does it in a transaction of its own, and settles the outcome. */
    abstract void alone(Units units);

    /** The transaction that it shared is committed. */
    abstract void committed();

    final void succeed(T value) {
        if (!settled) {
            result = value;
            settle();
        }
    }

    /** Changes nothing once the outcome is known: what is committed did not fail, whatever happened after it. */
    final void fail(Throwable why) {
        if (!settled) {
            failure = why;
            settle();
        }
    }

    private void settle() {
        settled = true;
        call.finish();
    }

    /**
     * Completes the future as it was settled. Whoever comes to do it and finds that it was stopped delivers it too, and may be
     * sooner than the one who stopped it and has not yet told: then the reason for the stop is the outcome, and never success.
     *
     * <p>Again it does no harm: it goes on with what an error broke off, and an error of memory is no reason to leave a caller waiting.
     */
    @Override
    public void run() {
        for (int tries = 1; ; tries++) {
            try {
                completeAsSettled();
                return;
            } catch (OutOfMemoryError e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    @SuppressWarnings("NullAway") // null where the caller's T is nullable
    private void completeAsSettled() {
        SQLException stopped = call.stopped();
        if (WorkReport.isCancelled(stopped)) {
            super.cancel(false); // the one who cancelled it may not have come so far
        } else if (failure != null) {
            completeExceptionally(failure);
        } else if (settled) {
            complete(result);
        } else {
            completeExceptionally(
                    stopped != null ? stopped : new IllegalStateException("delivered without an outcome"));
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (isDone()) {
            return isCancelled();
        }
        if (!call.stop(report.cancelled())) {
            return false;
        }
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        getOut();
        return cancelled;
    }

    /** Gives the work up as {@link #complete} does, when the supplier has given its value. */
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

    @Override
    public boolean completeExceptionally(Throwable why) {
        boolean first = super.completeExceptionally(why);
        getOut();
        return first;
    }

    @Override
    public boolean complete(T value) {
        boolean first = super.complete(value);
        getOut();
        return first;
    }

    private void getOut() {
        if (!call.isOver()) {
            call.stop(report.cancelled());
        }
        Runnable way = leave;
        if (way != null) {
            way.run();
        }
    }

    /** What users derive from it are plain futures. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /**
     * Waits for the outcome, on a thread that called a blocking method. Its budget and an interrupt end the wait while it is in
     * line. Once it has begun only a strict budget does, for what runs must not be left with an unknown outcome.
     */
    T await() throws SQLException {
        boolean interrupted = false;
        boolean bounded = true;
        try {
            while (true) {
                try {
                    return bounded
                            ? get(budget.isOver() ? AGAIN_NANOS : budget.leftNanos(), TimeUnit.NANOSECONDS)
                            : get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    SQLException why = report.interrupted(budget, e);
                    if (call.withdraw(why)) {
                        getOut();
                        throw why;
                    }
                } catch (TimeoutException e) {
                    SQLException why = report.timedOut(budget);
                    if (budget.isStrict() ? call.stop(why) : call.withdraw(why)) {
                        getOut();
                        throw why;
                    }
                    bounded = budget.isStrict();
                }
            }
        } catch (ExecutionException e) {
            throw report.rethrow(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
