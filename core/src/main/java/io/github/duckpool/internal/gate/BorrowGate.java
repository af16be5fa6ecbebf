package io.github.duckpool.internal.gate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded set of slots that threads and futures borrow in arrival order.
 *
 * <p>Every slot is in exactly one state:
 * <ul>
 *   <li>EMPTY: no session; whoever borrows it installs one;
 *   <li>FREE: a session at rest;
 *   <li>LENT: held by one borrower, who knows its stamp;
 *   <li>SHARED: the same, and used by a second thread, so that it can't be given back without a claim;
 *   <li>LEAVING: held by one claimant, who ends it with {@link #recycle} or {@link #vacate}.
 * </ul>
 *
 * <p>Thread-safe.
 *
 * @param <S> the type of the session
 */
public final class BorrowGate<S> {
    private final List<Slot<S>> slots = new ArrayList<>();
    private final LongSupplier nanoClock;
    private final @Nullable Consumer<? super Slot<S>> reclaimer;
    private final Runnable afterQueueing;
    private final Deque<Line<S>> line = new ArrayDeque<>();
    private boolean closed;
    private @Nullable CompletableFuture<@Nullable Void> drained;

    private record Line<S>(CompletableFuture<Slot<S>> future, long sinceNanos) {}

    /**
     * Makes a gate of empty slots whose returned slots stay free while it is suspended or closed; the owner collects them
     * with {@link #claimIdle}.
     *
     * @param size how many slots there are, at least 1
     * @param overtakingNanos while the longest waiter has waited less, newcomers may take a free slot before it; 0: never
     * @param nanoClock nanoseconds as {@link System#nanoTime} counts them; read on slow paths only
     */
    public BorrowGate(int size, long overtakingNanos, LongSupplier nanoClock) {
        this(size, overtakingNanos, nanoClock, null, () -> {});
    }

    /**
     * Makes a gate of empty slots.
     *
     * @param size how many slots there are, at least 1
     * @param overtakingNanos while the longest waiter has waited less, newcomers may take a free slot before it; 0: never
     * @param nanoClock nanoseconds as {@link System#nanoTime} counts them; read on slow paths only
     * @param reclaimer gets every slot that comes back while the gate is suspended or closed, LEAVING, on the thread that
     *     gave it back and under no lock; it disposes of the session and calls {@link #vacate}
     * @param afterQueueing called after each waiter was put in line, on its thread and under no lock
     */
    public BorrowGate(
            int size,
            long overtakingNanos,
            LongSupplier nanoClock,
            @Nullable Consumer<? super Slot<S>> reclaimer,
            Runnable afterQueueing) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, was " + size);
        }
        if (overtakingNanos < 0) {
            throw new IllegalArgumentException("overtakingNanos must be at least 0, was " + overtakingNanos);
        }
        for (int i = 0; i < size; i++) {
            slots.add(new Slot<>(i));
        }
        this.nanoClock = nanoClock;
        this.reclaimer = reclaimer;
        this.afterQueueing = afterQueueing;
    }

    /**
     * Borrows a slot if one is to be had at once: a FREE one, else an EMPTY one.
     *
     * @return the slot, LENT, or null if there is none, if the gate is suspended or closed, or if waiters come first
     */
    public synchronized @Nullable Slot<S> tryBorrow() {
        return closed || drained != null || !line.isEmpty() ? null : take();
    }

    /**
     * Borrows a slot, and waits in line for one if need be.
     *
     * @param timeoutNanos how long to wait at most; 0 or less: not at all
     * @return the slot, LENT
     * @throws InterruptedException if the thread was interrupted when it called or while it waited; the flag is cleared
     * @throws TimeoutException if the time is over
     * @throws GateClosedException if the gate is, or was meanwhile, closed
     * @throws ExecutionException if {@link #failWaiters} ended the wait; its cause says why
     */
    public Slot<S> borrow(long timeoutNanos)
            throws InterruptedException, TimeoutException, GateClosedException, ExecutionException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        CompletableFuture<Slot<S>> future = enqueue();
        try {
            return future.get(Math.max(timeoutNanos, 0), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            if (future.completeExceptionally(e)) {
                throw e;
            }
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            if (future.completeExceptionally(e)) {
                throw e;
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GateClosedException) {
                throw new GateClosedException();
            }
            throw e;
        } finally {
            forget(future);
        }
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GateClosedException) {
                throw new GateClosedException();
            }
            throw e;
        }
    }

    /**
     * Borrows a slot as a future, in the same line as {@link #borrow}. Cancelling or completing the future from outside
     * withdraws from the line and never loses a slot.
     *
     * @param timeoutNanos how long to wait at most
     * @return the slot, LENT; fails with {@link TimeoutException}, {@link GateClosedException}, or what
     *     {@link #failWaiters} was given
     */
    public CompletableFuture<Slot<S>> borrowAsync(long timeoutNanos) {
        CompletableFuture<Slot<S>> future = enqueue();
        if (!future.isDone()) {
            future.orTimeout(Math.max(timeoutNanos, 0), TimeUnit.NANOSECONDS);
            future.whenComplete((slot, failure) -> {
                if (failure != null) {
                    forget(future);
                }
            });
        }
        return future;
    }

    /**
     * Ends the borrow with this stamp, and leaves the session in the slot for the next.
     *
     * @return false if the stamp is stale, and then nothing happened
     */
    public boolean giveBack(Slot<S> slot, int stamp) {
        synchronized (this) {
            if (!slot.end(stamp, Slot.LENT, Slot.FREE)) {
                return false;
            }
        }
        serve(slot);
        return true;
    }

    /**
     * Marks the borrow with this stamp as used by more than one thread: from then on {@link #giveBack} refuses and only a
     * claim ends it.
     *
     * @return true if the borrow is the current one and is shared now, by this call or by an earlier one
     */
    public boolean share(Slot<S> slot, int stamp) {
        return slot.move(stamp, Slot.LENT, Slot.SHARED) || slot.is(stamp, Slot.SHARED);
    }

    /**
     * Takes the slot away from the borrow with this stamp. One claimant wins; it ends with {@link #recycle} or
     * {@link #vacate}.
     *
     * @return false if the stamp is stale, and then nothing happened
     */
    public boolean claim(Slot<S> slot, int stamp) {
        return slot.move(stamp, Slot.LENT, Slot.LEAVING) || slot.move(stamp, Slot.SHARED, Slot.LEAVING);
    }

    /** Ends a claim with the session left in the slot; the next waiter gets it. */
    public void recycle(Slot<S> slot) {
        release(slot, Slot.FREE);
    }

    /** Ends a claim with the slot empty; the next waiter gets it. The caller has disposed of the session. */
    public void vacate(Slot<S> slot) {
        slot.clear();
        release(slot, Slot.EMPTY);
    }

    /**
     * Claims a FREE slot whose session the predicate accepts; works in a suspended or closed gate too. The predicate may see a
     * session that is being borrowed at that moment, so it only reads; the claim then fails and the search goes on.
     *
     * @return the slot, LEAVING, or null if there is none
     */
    public @Nullable Slot<S> claimIdle(Predicate<? super S> which) {
        for (Slot<S> slot : slots) {
            int stamp = slot.stamp();
            S session = slot.session();
            if (slot.is(stamp, Slot.FREE) && session != null && which.test(session) && claimIdle(slot, stamp)) {
                return slot;
            }
        }
        return null;
    }

    /** Claims the slot if it is FREE with this stamp, so if it has been at rest since {@link #forEachFree} showed it so. */
    public boolean claimIdle(Slot<S> slot, int stamp) {
        return slot.move(stamp, Slot.FREE, Slot.LEAVING);
    }

    /** Claims an EMPTY slot, to install a session ahead of need; null if there is none, or the gate is suspended or closed. */
    public synchronized @Nullable Slot<S> claimEmpty() {
        if (closed || drained != null || !line.isEmpty()) {
            return null;
        }
        for (Slot<S> slot : slots) {
            if (slot.move(slot.stamp(), Slot.EMPTY, Slot.LEAVING)) {
                return slot;
            }
        }
        return null;
    }

    /**
     * Stops lending: newcomers and waiters wait in line until {@link #resume}. Works in a closed gate too, where it tells
     * when the last slot came back.
     *
     * @return completes when every slot is EMPTY; is cancelled if the gate resumes before that; the same one if the gate is
     *     suspended already
     */
    public CompletionStage<@Nullable Void> suspend() {
        CompletableFuture<@Nullable Void> stage;
        synchronized (this) {
            stage = drained;
            if (stage == null) {
                stage = new CompletableFuture<>();
                drained = stage;
            }
        }
        tellIfDrained();
        return stage.copy();
    }

    /** Lends again; the waiters are served first, in order. Does nothing if the gate is not suspended. */
    public void resume() {
        CompletableFuture<@Nullable Void> stage;
        synchronized (this) {
            stage = drained;
            drained = null;
        }
        if (stage != null) {
            stage.cancel(false);
        }
        serve(null);
    }

    /** Fails everyone who waits at this moment, each with an exception of its own. Returns how many there were. */
    public int failWaiters(Supplier<? extends Throwable> why) {
        List<Line<S>> present;
        synchronized (this) {
            present = new ArrayList<>(line);
            line.clear();
        }
        int failed = 0;
        for (Line<S> waiter : present) {
            if (waiter.future().completeExceptionally(why.get())) {
                failed++;
            }
        }
        return failed;
    }

    /** Refuses new borrows from now on and fails everyone who waits. Idempotent. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        failWaiters(GateClosedException::new);
    }

    /** The slot with this index, from 0. */
    public Slot<S> slot(int index) {
        return slots.get(index);
    }

    /** How many slots there are. */
    public int size() {
        return slots.size();
    }

    /** How many slots are LENT or SHARED, a snapshot. */
    public int lent() {
        return count(Slot.LENT) + count(Slot.SHARED);
    }

    /** How many slots are FREE, a snapshot. */
    public int free() {
        return count(Slot.FREE);
    }

    /** How many borrowers wait, a snapshot. */
    public synchronized int waiting() {
        return line.size();
    }

    /** How long the head of the line has waited, 0 if nobody waits. */
    public synchronized long oldestWaitNanos() {
        Line<S> head = line.peek();
        return head == null ? 0 : nanoClock.getAsLong() - head.sinceNanos();
    }

    /** How often a slot was borrowed, a recent value. */
    public long borrows() {
        return slots.stream().mapToLong(Slot::borrows).sum();
    }

    /** Shows every slot that is LENT or SHARED with its stamp. A borrow that shows the same stamp twice has lasted as long as that. */
    public void forEachLent(ObjIntConsumer<? super Slot<S>> action) {
        for (Slot<S> slot : slots) {
            int stamp = slot.stamp();
            if (slot.isLent(stamp)) {
                action.accept(slot, stamp);
            }
        }
    }

    /** Shows every slot that is FREE with its stamp. A slot that shows the same stamp twice has been at rest since. */
    public void forEachFree(ObjIntConsumer<? super Slot<S>> action) {
        for (Slot<S> slot : slots) {
            int stamp = slot.stamp();
            if (slot.is(stamp, Slot.FREE)) {
                action.accept(slot, stamp);
            }
        }
    }

    private CompletableFuture<Slot<S>> enqueue() {
        CompletableFuture<Slot<S>> future = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                future.completeExceptionally(new GateClosedException());
                return future;
            }
            Slot<S> slot = tryBorrow();
            if (slot == null) {
                line.add(new Line<>(future, nanoClock.getAsLong()));
            } else {
                future.complete(slot);
            }
        }
        if (!future.isDone()) {
            afterQueueing.run();
        }
        return future;
    }

    private synchronized void forget(CompletableFuture<Slot<S>> future) {
        line.removeIf(waiter -> waiter.future() == future);
    }

    private @Nullable Slot<S> take() {
        for (int state : new int[] {Slot.FREE, Slot.EMPTY}) {
            for (Slot<S> slot : slots) {
                if (slot.move(slot.stamp(), state, Slot.LENT)) {
                    slot.countBorrow();
                    return slot;
                }
            }
        }
        return null;
    }

    private void release(Slot<S> slot, int to) {
        synchronized (this) {
            if (!slot.end(slot.stamp(), Slot.LEAVING, to)) {
                throw new IllegalStateException("slot " + slot.index() + " is not claimed");
            }
        }
        if (to == Slot.FREE) {
            serve(slot);
        } else {
            serve(null);
            tellIfDrained();
        }
    }

    private void serve(@Nullable Slot<S> returned) {
        if (returned != null && reclaimer != null) {
            boolean reclaim;
            synchronized (this) {
                reclaim = (closed || drained != null) && returned.move(returned.stamp(), Slot.FREE, Slot.LEAVING);
            }
            if (reclaim) {
                reclaimer.accept(returned);
                return;
            }
        }
        while (true) {
            Line<S> next;
            Slot<S> slot;
            synchronized (this) {
                if (drained != null || line.isEmpty()) {
                    return;
                }
                slot = take();
                if (slot == null) {
                    return;
                }
                next = line.remove();
            }
            if (!next.future().complete(slot)
                    && !(slot.session() == null ? unborrow(slot) : giveBack(slot, slot.stamp()))) {
                throw new IllegalStateException("slot " + slot.index() + " was taken from a waiter that never got it");
            }
        }
    }

    private synchronized boolean unborrow(Slot<S> slot) {
        return slot.end(slot.stamp(), Slot.LENT, Slot.EMPTY);
    }

    private void tellIfDrained() {
        CompletableFuture<@Nullable Void> stage;
        synchronized (this) {
            stage = drained;
            if (stage == null || count(Slot.EMPTY) < slots.size()) {
                return;
            }
        }
        stage.complete(null);
    }

    private int count(int state) {
        int count = 0;
        for (Slot<S> slot : slots) {
            if (slot.state() == state) {
                count++;
            }
        }
        return count;
    }
}
