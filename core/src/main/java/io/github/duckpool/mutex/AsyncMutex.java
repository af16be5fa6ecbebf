package io.github.duckpool.mutex;

/**
 * A mutex for threads and futures, strictly first come, first served: an {@link AsyncSemaphore} with one permit.
 *
 * <pre>{@code
 * AsyncMutex mutex = new AsyncMutex();
 * try (Permit permit = mutex.lock()) {
 *     // nobody else is here
 * }
 * CompletableFuture<String> later = mutex.withPermit(() -> client.send(request));
 * }</pre>
 *
 * <p>It belongs to no thread: whoever holds the {@link Permit} may close it, on any thread. It is not reentrant: who asks for it while
 * holding it waits for itself.
 *
 * <p>Thread-safe.
 */
public sealed class AsyncMutex extends AsyncSemaphore permits KeyLine {

    /** Makes a free mutex with the default options. */
    public AsyncMutex() {
        this(MutexOptions.ofDefaults());
    }

    /**
     * Makes a free mutex.
     *
     * @param options how its line behaves
     */
    public AsyncMutex(MutexOptions options) {
        super(1, options);
    }

    AsyncMutex(boolean behindDoor, MutexOptions options) {
        super(1, behindDoor, options);
    }
}
