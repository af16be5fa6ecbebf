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
        CompletionStage<T> stage;
        try {
            stage = start(work);
        } catch (Throwable e) {
            line.giveBack(token); // first, for a future to say it takes memory
            return CompletableFuture.failedFuture(e);
        }
        if (stage instanceof CompletableFuture<T> future && future.isDone()) {
            line.giveBack(token);
            return future.getClass() == CompletableFuture.class ? future : future.copy();
        }
        return WorkEnd.of(stage, line, token, null).result;
    }

    private static <T extends @Nullable Object> CompletionStage<T> start(Supplier<? extends CompletionStage<T>> work) {
        CompletionStage<T> stage = work.get();
        if (stage == null) {
            throw new NullPointerException("the supplier must return a stage, returned null");
        }
        return stage;
    }

    @Override
    void takeAtOnce() {
        STATE.set(this, CLOSED);
        doWork();
    }

    @Override
    void tell() {
        line.telling.deliver(this);
    }

    /** Told twice, it works once. */
    @Override
    public void run() {
        if (move(HELD, CLOSED)) {
            doWork();
        }
    }

    private void doWork() {
        if (isDone()) { // completed from outside while the permit was on its way
            line.release();
            return;
        }
        CompletionStage<T> stage;
        try {
            stage = start(work);
        } catch (Throwable e) {
            line.release();
            settleExceptionally(e);
            return;
        }
        if (stage instanceof CompletableFuture<T> future && future.isDone()) {
            line.release();
            if (future.isCompletedExceptionally()) {
                future.whenComplete((nothing, error) -> settleExceptionally(error));
            } else {
                settle(future.join());
            }
        } else {
            WorkEnd.of(stage, line, PermitLine.NOT_OF_DOOR, this);
        }
    }

    @Override
    void fail(Throwable error) {
        line.telling.deliver(() -> settleExceptionally(error));
    }

    @Override
    void expire(TimeoutException error) {
        if (leave()) {
            settleExceptionally(error);
        }
    }
}
