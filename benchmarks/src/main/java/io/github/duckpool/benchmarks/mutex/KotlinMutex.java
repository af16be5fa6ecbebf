package io.github.duckpool.benchmarks.mutex;

import java.util.concurrent.CompletableFuture;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.sync.Mutex;
import kotlinx.coroutines.sync.MutexKt;

/**
 * Kotlin's mutex, called as compiled coroutines call it. The continuation has no dispatcher, so it is resumed directly by whoever unlocks, which is
 * the shortest way there is.
 */
final class KotlinMutex {
    private final Mutex mutex = MutexKt.Mutex(false);

    boolean tryLock() {
        return mutex.tryLock(null);
    }

    void unlock() {
        mutex.unlock(null);
    }

    /** Runs what comes then with the lock held, on this thread or on the one that unlocks. */
    void lock(Runnable then) {
        if (mutex.tryLock(null) || mutex.lock(null, new Resumed(then)) != IntrinsicsKt.getCOROUTINE_SUSPENDED()) {
            then.run();
        }
    }

    /** Waits for the lock on this thread. */
    void lock() throws Exception {
        if (!mutex.tryLock(null)) {
            CompletableFuture<Object> locked = new CompletableFuture<>();
            lock(() -> locked.complete(this));
            locked.get();
        }
    }

    private record Resumed(Runnable then) implements Continuation<Unit> {
        @Override
        public CoroutineContext getContext() {
            return EmptyCoroutineContext.INSTANCE;
        }

        @Override
        public void resumeWith(Object result) {
            then.run();
        }
    }
}
