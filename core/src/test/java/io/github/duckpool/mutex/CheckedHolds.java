package io.github.duckpool.mutex;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What operations under Lincheck assert of each hold, and of each request that fails. */
public abstract class CheckedHolds {
    final Inside inside;

    /** Somebody closes it. */
    volatile boolean shut;

    CheckedHolds(int permits) {
        inside = new Inside(permits);
    }

    final CompletableFuture<@Nullable Object> doWork() {
        inside.enterAndLeave();
        return CompletableFuture.completedFuture(null);
    }

    final void use(CompletableFuture<Permit> future) {
        try {
            inside.use(future.join());
        } catch (CompletionException e) {
            refused(e.getCause());
        }
    }

    final void finish(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            refused(e.getCause());
        }
    }

    final void refused(@Nullable Throwable error) {
        Inside.check(
                error instanceof TimeoutException || shut && error instanceof IllegalStateException,
                "only a time that is over or a closed mutex fails a request: " + error);
    }
}
