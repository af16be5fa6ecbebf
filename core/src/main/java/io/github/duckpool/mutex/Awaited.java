package io.github.duckpool.mutex;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future that a thread's loop may have to complete, or one that hangs on such a future. A wait for it inside a continuation may be for what this
 * thread has still to tell, so that is given away before.
 */
class Awaited<T extends @Nullable Object> extends CompletableFuture<T> {

    /** A dependent stage is one of these, of no size more than any other. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Awaited<>();
    }

    @Override
    public T join() {
        beforeWait();
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        beforeWait();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        beforeWait();
        return super.get(timeout, unit);
    }

    private void beforeWait() {
        if (!isDone()) {
            PermitLine.beforeWait();
        }
    }
}
