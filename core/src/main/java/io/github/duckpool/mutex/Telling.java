package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.Delivery;
import io.github.duckpool.internal.wait.FirstError;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How those who waited in a line are told: under no lock, without recursion, by the executor that was given or on the thread that returned the
 * permit. Whatever fails on that way, nobody is forgotten, for a permit must not be lost with him: who may have been told is told again, and tickets
 * bear that. Thread-safe.
 */
final class Telling {
    private final @Nullable Executor executor;
    private final Expiry.Alarm alarm;

    Telling(MutexOptions options) {
        this.executor = options.executor();
        this.alarm = options.alarm();
    }

    /** What says when the time of those who have one is over. */
    Expiry.Alarm alarm() {
        return alarm;
    }

    /**
     * Tells those who got a permit and those who failed, each linked to the next: threads now, futures in one loop, or each would start one
     * that may tell as many as a loop may.
     */
    static void tell(@Nullable Ticket<?> first, @Nullable Ticket<?> failed) {
        boolean areMany = failed != null || (first != null && first.next != null);
        @Nullable Object[] loop = areMany ? loop() : null;
        Throwable thrown = null;
        try {
            thrown = tellEach(failed, tellEach(first, null));
        } finally {
            if (loop != null) {
                try {
                    Delivery.end(loop, Delivery.ELSEWHERE);
                } catch (Throwable e) {
                    thrown = FirstError.of(thrown, e);
                }
            }
        }
        FirstError.raise(thrown);
    }

    private static @Nullable Object @Nullable [] loop() {
        try {
            return Delivery.begin();
        } catch (Throwable e) { // no memory for the loop: each is told for himself
            return null;
        }
    }

    /** An error with one is no reason to forget the others. */
    private static @Nullable Throwable tellEach(@Nullable Ticket<?> first, @Nullable Throwable before) {
        Throwable thrown = before;
        Ticket<?> next = first;
        while (next != null) {
            Ticket<?> ticket = next;
            next = ticket.next;
            ticket.next = null;
            try {
                ticket.tell();
            } catch (Throwable e) {
                thrown = FirstError.of(thrown, e);
            }
        }
        return thrown;
    }

    /**
     * Runs what tells a future: by the executor that was given, else after what this thread is telling already. An error on that way
     * leaves open whether it was or will be run, so it is run here, perhaps again.
     */
    void deliver(Runnable task) {
        deliver(task, executor);
    }

    /** Runs what tells a future on a thread that isn't this one. */
    void deliverElsewhere(Runnable task) {
        deliver(task, executor != null ? executor : Delivery.ELSEWHERE);
    }

    private static void deliver(Runnable task, @Nullable Executor executor) {
        boolean accepted = false;
        try {
            accepted = executor != null && isAccepted(task, executor);
        } finally {
            if (!accepted) { // by the loop, or a line of any length would need a stack as long where the executor
                // always fails
                deliverHere(task);
            }
        }
    }

    /** Runs what tells a future after what this thread is telling already. */
    static void deliverHere(Runnable task) {
        try {
            Delivery.run(task, Delivery.ELSEWHERE);
        } catch (Throwable e) { // no memory to note it, or of a task that may be another
            task.run();
            throw e;
        }
    }

    /** What this thread has still to tell is told by another: it is about to wait, perhaps for just that. */
    static void leaveRest() {
        Delivery.leaveRest(Delivery.ELSEWHERE);
    }

    private static boolean isAccepted(Runnable task, Executor executor) {
        try {
            Handed handed = new Handed(task);
            try {
                executor.execute(handed);
            } finally {
                handed.giver = null;
            }
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) { // the latter: it could not start a thread
            return false;
        }
    }

    /** What an executor is given. One that runs it there and then, as many do when they are full, would tell the next one inside this one, and so on. */
    private static final class Handed implements Runnable {
        private final Runnable task;

        /** Whoever is just giving it to the executor. Nobody else ever finds himself here. */
        private @Nullable Thread giver = Thread.currentThread();

        Handed(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (giver == Thread.currentThread()) {
                deliverHere(task);
            } else {
                task.run();
            }
        }
    }
}
