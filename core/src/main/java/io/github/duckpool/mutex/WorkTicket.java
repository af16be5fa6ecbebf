package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.Uncaught;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
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
            giveBackAfterwards(line, token); // first, for a future to say it takes memory
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> done = ifDone(stage);
        if (done != null) {
            giveBackAfterwards(line, token);
            return done;
        }
        return WorkEnd.of(stage, line, token, null).result;
    }

    /** The work is done, or failed, whatever comes of telling the next one by an executor that is broken: its outcome is not to be lost with that. */
    private static void giveBackAfterwards(PermitLine line, long token) {
        try {
            line.giveBack(token);
        } catch (Throwable e) {
            Uncaught.report(e);
        }
    }

    /**
     * The stage if it is a future with an outcome. Of the JDK's own class alone: a subclass need not answer, {@link
     * CompletableFuture#completedStage} for one throws, and is listened to like any stage.
     */
    private static <T extends @Nullable Object> @Nullable CompletableFuture<T> ifDone(CompletionStage<T> stage) {
        return stage.getClass() == CompletableFuture.class
                        && stage instanceof CompletableFuture<T> future
                        && future.isDone()
                ? future
                : null;
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
        try {
            doWork();
        } catch (Throwable e) {
            if (!isDone()) {
                throw e; // nobody else would ever tell whoever asked
            }
            Uncaught.report(e); // an executor's, with telling the next one: whoever asked has the outcome of the work
        }
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
        } else if (state == FAILED) {
            settleAsClosed();
        }
    }

    private void doWork() {
        if (isDone()) { // completed from outside while the permit was on its way
            line.releaseBy(this);
            return;
        }
        CompletionStage<T> stage;
        try {
            stage = start(work);
        } catch (Throwable e) {
            try {
                line.releaseBy(this);
            } finally { // whatever is wrong with telling the next
                settleExceptionally(e);
            }
            return;
        }
        CompletableFuture<T> done = ifDone(stage);
        if (done == null) {
            WorkEnd.of(stage, line, PermitLine.NOT_OF_DOOR, this);
            return;
        }
        try {
            line.releaseBy(this);
        } finally {
            if (done.isCompletedExceptionally()) {
                done.whenComplete(new Failing(this));
            } else {
                settle(done.join());
            }
        }
    }

    /** No lambda: a newer JVM that finds no memory to link one when it is first needed refuses it for ever. */
    private record Failing(Ticket<?> ticket) implements BiConsumer<@Nullable Object, @Nullable Throwable> {
        @Override
        public void accept(@Nullable Object nothing, @Nullable Throwable error) {
            if (error != null) {
                ticket.settleExceptionally(error);
            }
        }
    }

    /** Only if it had left: what has begun is not over because the time is. */
    @Override
    void expire(Throwable error) {
        if (move(WAITING, LEFT)) {
            try {
                line.left();
            } finally {
                settleExceptionally(error);
            }
        }
    }
}
