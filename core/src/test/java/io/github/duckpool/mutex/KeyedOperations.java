package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MutexLincheckTest} has several threads do with one key, whose line comes and goes: each operation is a whole hold, or a request that
 * is given up. Nobody is inside with another, and afterwards no trace of the key is left.
 */
public abstract class KeyedOperations extends CheckedHolds {
    final KeyedMutex<String> keyed = new KeyedMutex<>();
    private final Interruptible interruptible = new Interruptible();

    KeyedOperations() {
        super(1);
    }

    /** Nobody closes the mutex. */
    public static class Keyed extends KeyedOperations {}

    /** Somebody closes it, while a line is being made, used, or dropped. */
    public static class Closing extends KeyedOperations {
        @Operation
        public void shut() {
            shut = true;
            keyed.close();
            try {
                Inside.check(false, "refused, got " + keyed.tryAcquire("a"));
            } catch (IllegalStateException e) {
                refused(e);
            }
        }
    }

    /** Requests whose time the JDK's timer measures. It is no thread of the model checker's, so this is for stress alone. */
    public static class InTime extends Closing {
        @Operation
        public void acquireInTime() {
            use(keyed.acquire("a", Duration.ofDays(1)));
        }

        @Operation
        public void acquireAtMost() {
            use(keyed.acquire("a", Duration.ofNanos(1)));
        }

        @Operation
        public void workAtMost() {
            finish(keyed.withPermit("a", Duration.ofNanos(1), this::doWork));
        }
    }

    /** Something that is refused where the mutex was closed, and may be late. */
    private interface Step {
        void run() throws Exception;
    }

    private void unlessRefused(Step step) throws Exception {
        try {
            step.run();
        } catch (TimeoutException | IllegalStateException e) {
            refused(e);
        }
    }

    @Operation
    public void lock() throws Exception {
        unlessRefused(() -> inside.use(keyed.lock("a")));
    }

    @Operation
    public void lockInTime() throws Exception {
        unlessRefused(() -> inside.use(keyed.lock("a", Duration.ofNanos(1))));
    }

    @Operation
    public void tryAcquire() throws Exception {
        unlessRefused(() -> inside.use(keyed.tryAcquire("a")));
    }

    @Operation
    public void call() throws Exception {
        unlessRefused(() -> keyed.<@Nullable Object>call("a", this::enterAndLeave));
    }

    @Operation
    public void callAtMost() throws Exception {
        unlessRefused(() -> keyed.<@Nullable Object>call("a", Duration.ofNanos(1), this::enterAndLeave));
    }

    private @Nullable Object enterAndLeave() {
        inside.enterAndLeave();
        return null;
    }

    /** A thread that may be interrupted while it waits. */
    public void lockUnlessInterrupted() throws Exception {
        Interruptible.pauseWhile(() -> keyed.isAvailable("a"));
        if (!interruptible.enter()) {
            lock();
            return;
        }
        boolean isLeaving = false;
        try {
            unlessRefused(() -> inside.use(keyed.lock("a")));
        } catch (InterruptedException e) {
            isLeaving = true;
        } finally {
            interruptible.leave(isLeaving);
        }
    }

    /** Holds the key for so long that others wait for it. */
    public void hold() throws Exception {
        unlessRefused(() -> {
            try (Permit permit = keyed.lock("a")) {
                inside.enterAndLeave();
                Interruptible.pause();
            }
        });
    }

    public void interruptAnother() {
        interruptible.interrupt();
    }

    /** A thread that waits for a future. */
    @Operation
    public void await() {
        use(keyed.acquire("a"));
    }

    @Operation
    public void cancel() {
        CompletableFuture<Permit> future = keyed.acquire("a");
        if (!future.cancel(false)) {
            use(future);
        }
    }

    @Operation
    public void complete() {
        CompletableFuture<Permit> future = keyed.acquire("a");
        if (!future.complete(() -> {})) {
            use(future);
        }
    }

    /** What the timer does when the time is over. */
    @Operation
    public void expire() {
        CompletableFuture<Permit> future = keyed.acquire("a");
        if (future instanceof Ticket<?> ticket) {
            ticket.expire(new TimeoutException());
        }
        use(future);
    }

    @Operation
    public void work() {
        finish(request());
    }

    @Operation
    public void cancelWork() {
        request().cancel(false);
    }

    @Operation
    public void expireWork() {
        CompletableFuture<@Nullable Object> future = request();
        if (future instanceof Ticket<?> ticket) {
            ticket.expire(new TimeoutException());
        }
        finish(future);
    }

    private CompletableFuture<@Nullable Object> request() {
        return keyed.withPermit("a", this::doWork);
    }

    @Validate
    public void nothingIsLeft() {
        Inside.check(keyed.size() == 0, "no entry is left");
    }
}
