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
 * A mutex for each key, such as a table or a tenant. Equal keys exclude each other, strictly first come, first served, as {@link AsyncMutex}
 * does; different keys don't meet. Only keys that are held or waited for take up memory.
 *
 * <pre>{@code
 * KeyedMutex<String> tables = new KeyedMutex<>();
 * try (Permit permit = tables.lock("letters", Duration.ofSeconds(1))) {
 *     // nobody else is at this table
 * }
 * CompletableFuture<String> later = tables.withPermit("letters", () -> client.send(request));
 * }</pre>
 *
 * <p>Futures and permits behave as those of {@link AsyncSemaphore}. It is not reentrant: who asks for a key while holding it waits for
 * itself. Whoever takes several keys must do so in one order everywhere, or two may wait for each other.
 *
 * <p>Thread-safe. Keys need {@code equals} and {@code hashCode} that don't change.
 *
 * @param <K> the type of the keys
 */
public final class KeyedMutex<K> {
    private final KeyLines lines;

    /** Makes a mutex whose keys are all free, with the default options. */
    public KeyedMutex() {
        this(MutexOptions.ofDefaults());
    }

    /**
     * Makes a mutex whose keys are all free.
     *
     * @param options how the line of each key behaves; a bound on the waiters holds for each key
     */
    public KeyedMutex(MutexOptions options) {
        this.lines = new KeyLines(Objects.requireNonNull(options, "options"));
    }

    /**
     * Takes the permit of a key if it is free and nobody waits for it.
     *
     * @param key which
     * @return the permit, or null
     * @throws IllegalStateException if this is closed
     */
    public @Nullable Permit tryAcquire(K key) {
        return lines.<@Nullable Permit, RuntimeException, RuntimeException>on(key, line -> line.tryAcquire());
    }

    /**
     * Asks for the permit of a key without blocking. Cancelling the future leaves the line.
     *
     * @param key which
     * @return the permit to come; fails with an {@link IllegalStateException} if this is, or is meanwhile, closed, and with a
     *     {@link RejectedExecutionException} if too many wait for the key already
     */
    public CompletableFuture<Permit> acquire(K key) {
        return ask(key, null);
    }

    /**
     * Asks for the permit of a key without blocking. Cancelling the future leaves the line.
     *
     * @param key which
     * @param timeout how long to wait at most; zero: not at all
     * @return the permit to come; fails with a {@link TimeoutException} if it does not come in time, with an {@link
     *     IllegalStateException} if this is, or is meanwhile, closed, and with a {@link RejectedExecutionException} if too many
     *     wait for the key already
     * @throws IllegalArgumentException if the time is negative
     */
    public CompletableFuture<Permit> acquire(K key, Duration timeout) {
        AsyncSemaphore.checkTimeout(timeout);
        return ask(key, timeout);
    }

    /**
     * Waits for the permit of a key, for as long as it takes.
     *
     * @param key which
     * @return the permit; close it to pass it on
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait for the key already
     */
    public Permit lock(K key) throws InterruptedException {
        return lines.on(key, AsyncSemaphore::lock);
    }

    /**
     * Waits for the permit of a key.
     *
     * @param key which
     * @param timeout how long at most; zero: not at all
     * @return the permit; close it to pass it on
     * @throws TimeoutException if it does not come in time; the place is given up
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait for the key already
     * @throws IllegalArgumentException if the time is negative
     */
    public Permit lock(K key, Duration timeout) throws InterruptedException, TimeoutException {
        AsyncSemaphore.checkTimeout(timeout);
        return lines.<Permit, InterruptedException, TimeoutException>on(key, line -> line.lock(timeout));
    }

    /**
     * Does work under the permit of a key, as soon as it comes, as {@link AsyncSemaphore#withPermit(Supplier)} does.
     *
     * @param key which
     * @param work starts the work
     * @param <T> the type of its result
     * @return the result to come; fails with what the work fails with, with an {@link IllegalStateException} if this is, or is
     *     meanwhile, closed, and with a {@link RejectedExecutionException} if too many wait for the key already
     */
    public <T extends @Nullable Object> CompletableFuture<T> withPermit(
            K key, Supplier<? extends CompletionStage<T>> work) {
        return doWork(key, null, work);
    }

    /**
     * Does work under the permit of a key, if it comes in time. The time counts until the work starts.
     *
     * @param key which
     * @param timeout how long to wait for the permit at most; zero: not at all
     * @param work starts the work
     * @param <T> the type of its result
     * @return the result to come; fails also with a {@link TimeoutException} if the permit does not come in time
     * @throws IllegalArgumentException if the time is negative
     */
    public <T extends @Nullable Object> CompletableFuture<T> withPermit(
            K key, Duration timeout, Supplier<? extends CompletionStage<T>> work) {
        AsyncSemaphore.checkTimeout(timeout);
        return doWork(key, timeout, work);
    }

    /**
     * Calls a function under the permit of a key, on this thread, and waits for the permit for as long as it takes.
     *
     * @param key which
     * @param work the function
     * @param <T> the type of its result
     * @return what the function returns
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait for the key already
     * @throws Exception what the function throws
     */
    public <T extends @Nullable Object> T call(K key, Callable<T> work) throws Exception {
        Objects.requireNonNull(work, "work");
        try (Permit permit = lock(key)) {
            return work.call();
        }
    }

    /**
     * Calls a function under the permit of a key, on this thread.
     *
     * @param key which
     * @param timeout how long to wait for the permit at most; zero: not at all
     * @param work the function
     * @param <T> the type of its result
     * @return what the function returns
     * @throws TimeoutException if the permit does not come in time; the place is given up
     * @throws InterruptedException if the thread is interrupted, before or while it waits; the place is given up
     * @throws IllegalStateException if this is, or is meanwhile, closed
     * @throws RejectedExecutionException if too many wait for the key already
     * @throws IllegalArgumentException if the time is negative
     * @throws Exception what the function throws
     */
    public <T extends @Nullable Object> T call(K key, Duration timeout, Callable<T> work) throws Exception {
        Objects.requireNonNull(work, "work");
        try (Permit permit = lock(key, timeout)) {
            return work.call();
        }
    }

    /**
     * Counts those who wait for a key.
     *
     * @param key which
     * @return their number, a snapshot
     */
    public int queueLength(K key) {
        KeyLine line = lines.find(key);
        return line == null ? 0 : line.queueLength();
    }

    /**
     * Whether a key is free and nobody waits for it.
     *
     * @param key which
     * @return true if so, a snapshot; false once this is closed
     */
    public boolean isAvailable(K key) {
        KeyLine line = lines.find(key);
        return !isClosed() && (line == null || line.available() > 0 || line.isShut());
    }

    /**
     * Counts the keys that are held or waited for; no other takes up memory.
     *
     * @return their number, a snapshot
     */
    public int size() {
        return lines.size();
    }

    /**
     * Fails everyone who waits with an {@link IllegalStateException}, and whoever comes from now on. Permits that are held stay valid.
     * Idempotent.
     */
    public void close() {
        lines.close();
    }

    /**
     * Whether this was closed.
     *
     * @return true from the first {@link #close} on
     */
    public boolean isClosed() {
        return lines.isClosed();
    }

    private CompletableFuture<Permit> ask(K key, @Nullable Duration timeout) {
        try {
            return lines.on(key, line -> {
                Permit permit = line.take();
                return permit != null ? AsyncSemaphore.futureOf(permit) : line.request(new PermitTicket(line), timeout);
            });
        } catch (IllegalStateException | RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T extends @Nullable Object> CompletableFuture<T> doWork(
            K key, @Nullable Duration timeout, Supplier<? extends CompletionStage<T>> work) {
        Objects.requireNonNull(work, "work");
        try {
            return lines.on(key, line -> {
                long token = line.takeUnnamed();
                return token != Door.NONE
                        ? WorkTicket.doAtOnce(line, token, work)
                        : line.request(new WorkTicket<>(line, work), timeout);
            });
        } catch (IllegalStateException | RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public String toString() {
        return "KeyedMutex[" + (isClosed() ? "closed" : size() + " keys in use") + "]";
    }
}
