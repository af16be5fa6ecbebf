package io.github.duckpool.retry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous call with its retries.
 *
 * <p>Invariants: the result completes exactly once, whatever the supplier does, a throw on a later attempt and an executor
 * that refuses included; at most one attempt is under way; an attempt after the first never starts on the stack of the one
 * before it, so that failing at once a million times does not overflow it; a result that is done, cancelled too, starts no
 * further attempt.
 *
 * @param <T> the type of the result
 */
final class AsyncCall<T extends @Nullable Object> {
    private final LockRetry policy;
    private final Executor executor;
    private final Supplier<? extends CompletionStage<T>> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final long startNanos;
    private final long budgetNanos;

    /** Written by one attempt, read by the next, which the scheduler orders. */
    private @Nullable FailedCall failed;

    /** The attempt under way, which cancelling the result cancels too. */
    private volatile @Nullable CompletionStage<T> attempt;

    AsyncCall(LockRetry policy, Executor executor, Supplier<? extends CompletionStage<T>> work, long budgetNanos) {
        this.policy = policy;
        this.executor = executor;
        this.work = work;
        this.startNanos = policy.time().nanoTime();
        this.budgetNanos = budgetNanos;
    }

    CompletableFuture<T> start() {
        result.whenComplete((value, error) -> {
            if (result.isCancelled()) {
                cancel(attempt);
            }
        });
        run();
        return result;
    }

    private void run() {
        if (result.isDone()) {
            return;
        }
        long attemptNanos = failed == null ? startNanos : policy.time().nanoTime();
        CompletionStage<T> stage;
        try {
            stage = work.get();
            if (stage == null) {
                throw new NullPointerException("the work returned no CompletionStage");
            }
        } catch (Throwable e) {
            failed(e, attemptNanos);
            return;
        }
        attempt = stage;
        if (result.isCancelled()) {
            cancel(stage);
        }
        try {
            stage.whenComplete((value, error) -> {
                if (error == null) {
                    succeeded(value);
                } else {
                    failed(unwrap(error), attemptNanos);
                }
            });
        } catch (Throwable e) { // a stage of somebody else's making
            failed(e, attemptNanos);
        }
    }

    /** What listeners throw, errors included, is the result's affair no longer: it is complete whatever they do. */
    private void succeeded(T value) {
        FailedCall call = failed;
        try {
            if (call == null) {
                policy.passed();
            } else {
                call.succeeded();
            }
        } finally {
            result.complete(value);
        }
    }

    private void failed(Throwable error, long attemptNanos) {
        if (result.isDone()) {
            return;
        }
        try {
            FailedCall call = failed;
            if (call == null) {
                call = new FailedCall(policy, startNanos, budgetNanos);
                failed = call;
            }
            long delayNanos = call.failed(error, attemptNanos);
            if (delayNanos == FailedCall.OVER) {
                result.completeExceptionally(call.outcome());
            } else {
                policy.time().schedule(() -> dispatch(error), delayNanos);
            }
        } catch (Throwable e) {
            fail(e, error);
        }
    }

    private void dispatch(Throwable error) {
        try {
            executor.execute(this::run);
        } catch (Throwable e) { // refused, or no thread to be had; nobody else would hear of it
            fail(e, error);
        }
    }

    private void fail(Throwable e, Throwable error) {
        if (e != error) {
            e.addSuppressed(error);
        }
        result.completeExceptionally(e);
    }

    private static void cancel(@Nullable CompletionStage<?> stage) {
        if (stage instanceof CompletableFuture<?> future) {
            future.cancel(true);
        }
    }

    private static Throwable unwrap(Throwable error) {
        Throwable e = error;
        while ((e instanceof CompletionException || e instanceof ExecutionException) && e.getCause() != null) {
            e = e.getCause();
        }
        return e;
    }
}
