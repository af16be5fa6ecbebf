package io.github.duckpool.mutex;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits for a permit, and the future of its result. Its permit is nobody's but its own, and is released once, when the
 * stage of the work is complete, whatever became of the future meanwhile.
 */
final class WorkTicket<T extends @Nullable Object> extends Ticket<T> {
    private final Supplier<? extends CompletionStage<T>> work;

    WorkTicket(PermitLine line, Supplier<? extends CompletionStage<T>> work) {
        super(line);
        this.work = work;
    }

    /** Does the work at once, under a permit that the caller has taken, by the token for it. */
    static <T extends @Nullable Object> CompletableFuture<T> doAtOnce(
            PermitLine line, long token, Supplier<? extends CompletionStage<T>> work) {
        CompletionStage<T> stage = start(work);
        if (stage instanceof CompletableFuture<T> future && future.isDone()) {
            line.giveBack(token);
            return future.getClass() == CompletableFuture.class ? future : future.copy();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        stage.whenComplete((value, error) -> line.deliverHere(() -> {
            line.giveBack(token);
            settle(result, value, error);
        }));
        return result;
    }

    private static <T extends @Nullable Object> CompletionStage<T> start(Supplier<? extends CompletionStage<T>> work) {
        try {
            CompletionStage<T> stage = work.get();
            return stage != null
                    ? stage
                    : CompletableFuture.failedFuture(
                            new NullPointerException("the supplier must return a stage, returned null"));
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static <T extends @Nullable Object> void settle(
            CompletableFuture<T> result, T value, @Nullable Throwable error) {
        if (error == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(error);
        }
    }

    @Override
    void takeAtOnce() {
        STATE.set(this, HELD);
        doWork();
    }

    @Override
    void tell() {
        line.deliver(this);
    }

    @Override
    public void run() {
        doWork();
    }

    private void doWork() {
        if (isDone()) { // completed from outside while the permit was on its way
            line.release();
            return;
        }
        CompletionStage<T> stage = start(work);
        if (stage instanceof CompletableFuture<T> future && future.isDone()) {
            line.release();
            if (future.isCompletedExceptionally()) {
                future.whenComplete(this::settle);
            } else {
                settle(future.join());
            }
        } else {
            stage.whenComplete((value, error) -> line.deliverHere(() -> {
                line.release();
                settle(value, error);
            }));
        }
    }

    private void settle(T value, @Nullable Throwable error) {
        if (error == null) {
            settle(value);
        } else {
            settleExceptionally(error);
        }
    }

    @Override
    void fail(Throwable error) {
        line.deliver(() -> settleExceptionally(error));
    }

    @Override
    void expire(TimeoutException error) {
        if (leave()) {
            settleExceptionally(error);
        }
    }
}
