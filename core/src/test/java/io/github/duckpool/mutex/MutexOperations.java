package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MutexLincheckTest} has several threads do with a number of permits: each operation is a whole hold, or a request that is given up.
 * Those who look for the permits find no more inside than there are.
 */
public abstract class MutexOperations extends CheckedHolds {
    final AsyncSemaphore semaphore;
    private final int permits;
    private final AtomicReference<@Nullable Permit> shared = new AtomicReference<>();
    private final Interruptible interruptible = new Interruptible();

    MutexOperations(int permits) {
        super(permits);
        this.permits = permits;
        this.semaphore = permits == 1 ? new AsyncMutex() : new AsyncSemaphore(permits);
    }

    @Operation
    public void lock() throws Exception {
        try {
            inside.use(semaphore.lock());
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    @Operation
    public void lockInTime() throws Exception {
        try {
            inside.use(semaphore.lock(Duration.ofNanos(1)));
        } catch (TimeoutException e) {
            // as it may
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    @Operation
    public void tryAcquire() {
        try {
            inside.use(semaphore.tryAcquire());
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    @Operation
    public void call() throws Exception {
        try {
            semaphore.<@Nullable Object>call(() -> {
                inside.enterAndLeave();
                return null;
            });
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    /** A thread that finds itself interrupted when it is in line: it gives up its place, or has the permit and keeps its flag. */
    @Operation
    public void interrupted() throws Exception {
        Thread.currentThread().interrupt();
        boolean isLeaving = false;
        try {
            inside.use(semaphore.await());
        } catch (InterruptedException e) {
            isLeaving = true;
        } catch (IllegalStateException e) {
            refused(e);
        } finally {
            Inside.check(Thread.interrupted() != isLeaving, "the flag is kept unless the place was given up for it");
        }
    }

    /** A thread that may be interrupted while it waits. */
    public void lockUnlessInterrupted() throws Exception {
        Interruptible.pauseWhile(() -> semaphore.available() > 0);
        if (!interruptible.enter()) {
            lock();
            return;
        }
        boolean isLeaving = false;
        try {
            inside.use(semaphore.lock());
        } catch (InterruptedException e) {
            isLeaving = true;
        } catch (IllegalStateException e) {
            refused(e);
        } finally {
            interruptible.leave(isLeaving);
        }
    }

    /** Holds the permit for so long that others wait for it. */
    public void hold() throws Exception {
        try (Permit permit = semaphore.lock()) {
            inside.enterAndLeave();
            Interruptible.pause();
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    public void interruptAnother() {
        interruptible.interrupt();
    }

    /** A thread that waits for a future. */
    @Operation
    public void await() {
        use(semaphore.acquire());
    }

    @Operation
    public void cancel() {
        CompletableFuture<Permit> future = semaphore.acquire();
        if (!future.cancel(false)) {
            use(future);
        }
    }

    @Operation
    public void complete() {
        CompletableFuture<Permit> future = semaphore.acquire();
        if (!future.complete(() -> {})) {
            use(future);
        }
    }

    @Operation
    public void expire() {
        CompletableFuture<Permit> future = semaphore.acquire();
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

    @Operation
    public void closeTwice() throws Exception {
        try {
            Permit permit = semaphore.lock();
            inside.use(permit);
            permit.close();
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    /** Two threads close one permit at once. */
    @Operation
    public void closeForeign() throws Exception {
        Permit other = shared.get();
        if (other != null) {
            other.close();
            return;
        }
        try {
            Permit permit = semaphore.lock();
            inside.enterAndLeave();
            shared.set(permit);
            permit.close();
        } catch (IllegalStateException e) {
            refused(e);
        }
    }

    private CompletableFuture<@Nullable Object> request() {
        return semaphore.withPermit(this::doWork);
    }

    @Validate
    public void allIsAtRest() {
        Inside.check(semaphore.queueLength() == 0, "nobody is in line: " + semaphore);
        Inside.check(semaphore.available() == (shut ? 0 : permits), "all permits are there: " + semaphore);
    }

    /** What the operations return, whatever the order: nothing. What they may not do is asserted inside them. */
    public static class Sequential {
        public void lock() {}

        public void lockInTime() {}

        public void acquireInTime() {}

        public void acquireAtMost() {}

        public void callAtMost() {}

        public void workAtMost() {}

        public void tryAcquire() {}

        public void call() {}

        public void interrupted() {}

        public void lockUnlessInterrupted() {}

        public void interruptAnother() {}

        public void hold() {}

        public void await() {}

        public void cancel() {}

        public void expire() {}

        public void complete() {}

        public void work() {}

        public void cancelWork() {}

        public void expireWork() {}

        public void closeTwice() {}

        public void closeForeign() {}

        public void shut() {}
    }
}
