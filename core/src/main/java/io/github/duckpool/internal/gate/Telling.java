package io.github.duckpool.internal.gate;

import io.github.duckpool.internal.wait.Delivery;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a future in line is told its outcome. It is made before the future gets in line, and to tell takes no memory, for want of which
 * a value that was handed over would be lost. Belongs to whoever decided the outcome.
 *
 * @param <V> the type of the value that is handed over
 */
final class Telling<V> implements Runnable {
    private final CompletableFuture<V> future;
    private final Consumer<? super V> refused;
    private @Nullable Object outcome;
    private boolean begun;

    /**
     * For one future.
     *
     * @param refused takes back a value for which the future had no use any more
     */
    Telling(CompletableFuture<V> future, Consumer<? super V> refused) {
        this.future = future;
        this.refused = refused;
    }

    /**
     * Tells now, or after what this thread is telling already. It never throws: whoever tells has a borrow of its own to bring to
     * an end, and others to tell.
     *
     * @param outcome the value, or a supplier of the failure
     */
    void tell(@Nullable Object outcome) {
        this.outcome = outcome;
        try {
            Delivery.run(this, Delivery.ELSEWHERE);
        } catch (Throwable e) {
            if (!begun) {
                run(); // there was no memory to put it off with
            }
            // Else the future has its outcome, and what hung on it found no memory.
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public void run() {
        if (begun) { // put off after all, by a queue that failed to grow
            return;
        }
        begun = true;
        if (outcome instanceof Supplier<?> why) {
            future.completeExceptionally(made(why));
        } else {
            V value = (V) outcome;
            if (value != null && !future.complete(value)) {
                refused.accept(value);
            }
        }
    }

    private static Throwable made(Supplier<?> why) {
        try {
            return (Throwable) why.get();
        } catch (Throwable e) { // a future that is never told would be worse
            return e;
        }
    }
}
