package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits for threads and futures, strictly first come, first served. Platform threads, virtual threads and futures
 * wait in one line; a permit that comes back goes straight to whoever has waited longest, and no newcomer passes a waiter.
 *
 * <pre>{@code
 * AsyncSemaphore semaphore = new AsyncSemaphore(4);
 * try (Permit permit = semaphore.lock(Duration.ofSeconds(1))) {
 *     // at most four are here
 * }
 * semaphore.acquire().thenAccept(permit -> {
 *     try (permit) {
 *         // nor are there more with these
 *     }
 * });
 * }</pre>
 *
 * <p>A permit that is free costs one compare-and-set, and so does its return while nobody waits, if it is the only one; of several, each
 * remembers by one more that it was returned. A {@link Permit} belongs to whoever
 * has the object: any thread may close it, and a second close does nothing.
 *
 * <h2>Futures</h2>
 * A future that is cancelled, or completed in any other way from outside, leaves the line; if a permit is on its way to it at
 * that moment, exactly one of the two wins, and the permit goes on to the next. Once it is complete with a permit, that has to be closed, whatever
 * becomes of the future.
 *
 * <p>What hangs on a future that had to wait runs on the thread that returns the permit, right after the present continuation if it was itself
 * started so; never under a lock and never recursively, so any number may wait. After a few hundred in a row that took some milliseconds it
 * goes on elsewhere ({@link MutexOptions#executor}). A continuation holds those up that come after it on that
 * thread, so if it blocks or takes long, give an executor. To {@link #lock}, or to {@code join} one of these futures or a stage that a method of one has
 * made ({@code future.thenApply}), is safe inside a continuation.
 *
 * <p>Thread-safe.
 */
public sealed class AsyncSemaphore extends PermitRequests permits AsyncMutex {
    /**
     * Makes a semaphore with all permits free and the default options.
     *
     * @param permits how many there are, at least 1
     * @throws IllegalArgumentException if there are fewer
     */
    public AsyncSemaphore(int permits) {
        this(permits, MutexOptions.ofDefaults());
    }

    /**
     * Makes a semaphore with all permits free.
     *
     * @param permits how many there are, at least 1
     * @param options how its line behaves
     * @throws IllegalArgumentException if there are fewer
     */
    public AsyncSemaphore(int permits, MutexOptions options) {
        this(permits, permits == 1, options);
    }

    AsyncSemaphore(int permits, boolean behindDoor, MutexOptions options) {
        super(permits, behindDoor, options);
    }

    /**
     * Takes a permit if one is free and nobody waits.
     *
     * @return the permit, or null
     * @throws IllegalStateException if this is closed
     */
    public @Nullable Permit tryAcquire() {
        Permit permit = take();
        if (permit == null && isShut()) {
            throw closed();
        }
        return permit;
    }

    /**
     * Asks for a permit without blocking. Cancelling the future leaves the line.
     *
     * @return the permit to come; fails with an {@link IllegalStateException} if this is, or is meanwhile, closed, and with a
     *     {@link RejectedExecutionException} if too many wait already
     */
    public CompletableFuture<Permit> acquire() {
        Permit permit = take();
        return permit != null ? futureOf(permit) : queueFuture(new PermitTicket(this), null);
    }

    /**
     * Asks for a permit without blocking. Cancelling the future leaves the line.
     *
     * @param timeout how long to wait at most; zero: not at all
     * @return the permit to come; fails with a {@link TimeoutException} if it does not come in time, with an {@link
     *     IllegalStateException} if this is, or is meanwhile, closed, and with a {@link RejectedExecutionException} if too many
     *     wait already
     * @throws IllegalArgumentException if the time is negative
     */
    public CompletableFuture<Permit> acquire(Duration timeout) {
        checkTimeout(timeout);
        Permit permit = take();
        return permit != null ? futureOf(permit) : queueFuture(new PermitTicket(this), timeout);
    }

    /**
     * Waits for a permit, for as long as it takes.
     *
     * @return the permit; close it to pass it on
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait already
     */
    public Permit lock() throws InterruptedException {
        Permit permit = takeUninterrupted();
        return permit != null ? permit : await();
    }

    /**
     * Waits for a permit.
     *
     * @param timeout how long at most; zero: not at all
     * @return the permit; close it to pass it on
     * @throws TimeoutException if it does not come in time; the place is given up
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait already
     * @throws IllegalArgumentException if the time is negative
     */
    public Permit lock(Duration timeout) throws InterruptedException, TimeoutException {
        checkTimeout(timeout);
        Permit permit = takeUninterrupted();
        return permit != null ? permit : await(timeout);
    }

    /**
     * Does work under a permit, as soon as there is one. The supplier starts it, on this thread if a permit is free, and the permit is
     * returned when the stage that it gave is complete; also if it throws or gives null. Cancelling the future before the work has started
     * withdraws it; afterwards it changes the future alone, and the permit is kept until the work is done.
     *
     * @param work starts the work
     * @param <T> the type of its result
     * @return the result to come; fails with what the work fails with, with an {@link IllegalStateException} if this is, or is
     *     meanwhile, closed, and with a {@link RejectedExecutionException} if too many wait already
     */
    public <T extends @Nullable Object> CompletableFuture<T> withPermit(Supplier<? extends CompletionStage<T>> work) {
        Objects.requireNonNull(work, "work");
        long token = takeUnnamed();
        return token != NONE ? WorkTicket.doAtOnce(this, token, work) : queueFuture(new WorkTicket<>(this, work), null);
    }

    /**
     * Does work under a permit, as {@link #withPermit(Supplier)} does, if one comes in time. The time counts until the
     * work starts.
     *
     * @param timeout how long to wait for the permit at most; zero: not at all
     * @param work starts the work
     * @param <T> the type of its result
     * @return the result to come; fails also with a {@link TimeoutException} if no permit comes in time
     * @throws IllegalArgumentException if the time is negative
     */
    public <T extends @Nullable Object> CompletableFuture<T> withPermit(
            Duration timeout, Supplier<? extends CompletionStage<T>> work) {
        Objects.requireNonNull(work, "work");
        checkTimeout(timeout);
        long token = takeUnnamed();
        return token != NONE
                ? WorkTicket.doAtOnce(this, token, work)
                : queueFuture(new WorkTicket<>(this, work), timeout);
    }

    /**
     * Calls a function under a permit, on this thread, and waits for the permit for as long as it takes.
     *
     * @param work the function
     * @param <T> the type of its result
     * @return what the function returns
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait already
     * @throws Exception what the function throws
     */
    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        Objects.requireNonNull(work, "work");
        long token = Thread.currentThread().isInterrupted() ? NONE : takeUnnamed();
        if (token != NONE) {
            return callUnnamed(work, token);
        }
        try (Permit permit = lock()) {
            return work.call();
        }
    }

    /**
     * Calls a function under a permit, on this thread.
     *
     * @param timeout how long to wait for the permit at most; zero: not at all
     * @param work the function
     * @param <T> the type of its result
     * @return what the function returns
     * @throws TimeoutException if no permit comes in time; the place is given up
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait already
     * @throws IllegalArgumentException if the time is negative
     * @throws Exception what the function throws
     */
    public <T extends @Nullable Object> T call(Duration timeout, Callable<T> work) throws Exception {
        Objects.requireNonNull(work, "work");
        checkTimeout(timeout);
        long token = Thread.currentThread().isInterrupted() ? NONE : takeUnnamed();
        if (token != NONE) {
            return callUnnamed(work, token);
        }
        try (Permit permit = lock(timeout)) {
            return work.call();
        }
    }

    /**
     * Counts those who wait. A request that is just being refused, or gives up or gets its permit in this moment, may be counted still.
     *
     * @return their number, a snapshot
     */
    public int queueLength() {
        return waiting();
    }

    /**
     * Counts the permits that are free. While anyone waits there is none.
     *
     * @return their number, a snapshot; 0 once this is closed
     */
    public int available() {
        return free();
    }

    /**
     * Fails everyone who waits with an {@link IllegalStateException}, and whoever comes from now on. Permits that are held stay valid.
     * Idempotent.
     */
    public void close() {
        shut();
    }

    /**
     * Whether this was closed.
     *
     * @return true from the first {@link #close} on
     */
    public boolean isClosed() {
        return isShut();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + (isShut() ? "closed" : free() + " of " + permits + " permits free")
                + ", " + waiting() + " waiting]";
    }
}
