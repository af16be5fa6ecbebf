package io.github.duckpool.mutex;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How the line in front of a mutex or a semaphore behaves. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * var mutex = new AsyncMutex(MutexOptions.ofDefaults().maxWaiters(1_000).executor(executor));
 * }</pre>
 */
public final class MutexOptions {
    private static final MutexOptions DEFAULTS = new MutexOptions(Integer.MAX_VALUE, null, Expiry.Alarm.OF_JDK);

    private final int maxWaiters;
    private final @Nullable Executor executor;
    private final Expiry.Alarm alarm;

    private MutexOptions(int maxWaiters, @Nullable Executor executor, Expiry.Alarm alarm) {
        this.maxWaiters = maxWaiters;
        this.executor = executor;
        this.alarm = alarm;
    }

    /**
     * Any number of waiters, and continuations on the thread that passes the permit on.
     *
     * @return the defaults
     */
    public static MutexOptions ofDefaults() {
        return DEFAULTS;
    }

    /**
     * Bounds the line: who comes when so many wait is refused with a {@link java.util.concurrent.RejectedExecutionException}.
     * More never wait. A request that comes in the very moment in which another is refused or leaves may be refused although there is a place again.
     * Default: {@link Integer#MAX_VALUE}, no bound.
     *
     * @param maxWaiters how many may wait at once; 0: nobody, so only a free permit is given
     * @return a copy with that bound
     * @throws IllegalArgumentException if it is negative
     */
    public MutexOptions maxWaiters(int maxWaiters) {
        if (maxWaiters < 0) {
            throw new IllegalArgumentException("maxWaiters must be at least 0, was " + maxWaiters);
        }
        return new MutexOptions(maxWaiters, executor, alarm);
    }

    /**
     * Completes the futures of those who had to wait, and starts their work, on this executor. By default that happens on the thread that
     * passes the permit on or closes the line, for a few hundred in a row and as long as they take no longer than some
     * milliseconds, and on threads of this library's own beyond. If the executor refuses or fails, it happens as it does by default; likewise if the executor runs it on the thread that
     * gives it a task, before {@code execute} returns. What the executor
     * throws then, if it is no {@link java.util.concurrent.RejectedExecutionException} and no want of memory, whoever
     * returned the permit gets to hear when everybody else has been told.
     *
     * @param executor what runs continuations
     * @return a copy with that executor
     * @throws NullPointerException if it is null
     */
    public MutexOptions executor(Executor executor) {
        return new MutexOptions(maxWaiters, Objects.requireNonNull(executor, "executor"), alarm);
    }

    /** Another timer for futures that have a time: one that is driven by hand. */
    MutexOptions alarm(Expiry.Alarm alarm) {
        return new MutexOptions(maxWaiters, executor, alarm);
    }

    Expiry.Alarm alarm() {
        return alarm;
    }

    int maxWaiters() {
        return maxWaiters;
    }

    @Nullable
    Executor executor() {
        return executor;
    }
}
