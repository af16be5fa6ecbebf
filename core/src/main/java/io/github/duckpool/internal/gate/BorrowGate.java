package io.github.duckpool.internal.gate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded set of slots that threads and futures borrow in arrival order; while nobody waits, a borrow is one compare-and-set
 * and its return another, with no clock, no lock and no allocation.
 *
 * <p>The states of a slot, the order, and why nobody is forgotten: see the package.
 *
 * <p>Thread-safe.
 *
 * @param <S> the type of the session
 */
public final class BorrowGate<S> extends ServedLine<S> {

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
     * @param whenWanted called after each waiter was put in line, and when a suspended gate refuses one who would not wait; on
     *     the borrower's thread and under no lock
     */
    public BorrowGate(
            int size,
            long overtakingNanos,
            LongSupplier nanoClock,
            @Nullable Consumer<? super Slot<S>> reclaimer,
            Runnable whenWanted) {
        super(size, overtakingNanos, nanoClock, reclaimer, whenWanted);
    }

    /**
     * Borrows a slot if one is to be had at once: a FREE one, else an EMPTY one.
     *
     * @return the slot, LENT, or null if there is none, if the gate is suspended or closed, or if waiters come first
     */
    public @Nullable Slot<S> tryBorrow() {
        int seen = attention;
        if (seen != 0 && !mayOvertake(seen)) {
            return null;
        }
        Slot<S> slot = slots.lendNear();
        if (slot != null && (attention & SHUT) != 0) {
            undo(slot);
            return null;
        }
        return slot;
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
        Slot<S> slot = tryBorrow();
        return slot != null ? slot : await(timeoutNanos);
    }

    /**
     * Borrows a slot in line: the rest of {@link #borrow} for one who got none from {@link #tryBorrow}.
     *
     * @param timeoutNanos how long to wait at most; 0 or less: not at all
     * @return the slot, LENT
     * @throws InterruptedException as {@link #borrow} does
     * @throws TimeoutException as {@link #borrow} does
     * @throws GateClosedException as {@link #borrow} does
     * @throws ExecutionException as {@link #borrow} does
     */
    public Slot<S> borrowInLine(long timeoutNanos)
            throws InterruptedException, TimeoutException, GateClosedException, ExecutionException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return await(timeoutNanos);
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
        Slot<S> slot = tryBorrow();
        return slot != null
                ? CompletableFuture.completedFuture(slot)
                : borrowAsync(timeoutNanos, (granted, error) -> {});
    }

    /**
     * Borrows a slot in line, as a future: the rest of {@link #borrowAsync(long)} for one who got none from {@link #tryBorrow}.
     * Where this throws, for want of memory or of a thread, nothing was borrowed.
     *
     * @param timeoutNanos how long to wait at most
     * @param told gets the outcome; unlike what is hung on the future, it misses none when memory runs out meanwhile
     * @return the slot, as {@link #borrowAsync(long)} gives it
     */
    public CompletableFuture<Slot<S>> borrowAsync(
            long timeoutNanos, BiConsumer<? super @Nullable Slot<S>, ? super @Nullable Throwable> told) {
        return awaitAsync(timeoutNanos, told);
    }

    /**
     * Ends the borrow with this stamp, and leaves the session in the slot for the next.
     *
     * @return false if the stamp is stale or the borrow is shared, and then nothing happened
     */
    public boolean giveBack(Slot<S> slot, int stamp) {
        if (!slot.end(stamp, Slot.LENT, Slot.FREE)) {
            return false;
        }
        if (attention != 0) {
            freed(slot, stamp + 1);
        }
        return true;
    }

    /**
     * Undoes a borrow whose {@link Slot#stamp} the borrower has not read, so that nobody else was shown it. What the borrower has
     * installed stays in the slot.
     */
    public void takeBack(Slot<S> slot) {
        undo(slot);
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
        int stamp = slot.currentStamp();
        endClaim(slot, stamp, Slot.FREE);
        if (attention != 0) {
            freed(slot, stamp + 1);
        }
    }

    /** Ends a claim with the slot empty; the next waiter gets it. The caller has disposed of the session. */
    public void vacate(Slot<S> slot) {
        slot.clear();
        endClaim(slot, slot.currentStamp(), Slot.EMPTY);
        emptied();
    }

    /**
     * Claims a FREE slot whose session the predicate accepts; works in a suspended or closed gate too. The predicate may see a
     * session that is being borrowed at that moment, so it only reads; the claim then fails and the search goes on.
     *
     * @return the slot, LEAVING, or null if there is none
     */
    public @Nullable Slot<S> claimIdle(Predicate<? super S> which) {
        for (int i = 0; i < slots.size(); i++) {
            Slot<S> slot = slots.get(i);
            int stamp = slot.currentStamp();
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

    /**
     * Claims an EMPTY slot, to install a session ahead of need.
     *
     * @return the slot, LEAVING, or null if there is none, if the gate is suspended or closed, or if someone waits
     */
    public @Nullable Slot<S> claimEmpty() {
        if (attention != 0) {
            return null;
        }
        for (int i = 0; i < slots.size(); i++) {
            Slot<S> slot = slots.get(i);
            if (slot.move(slot.currentStamp(), Slot.EMPTY, Slot.LEAVING)) {
                if ((attention & SHUT) == 0) {
                    return slot;
                }
                vacate(slot);
                return null;
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
        CompletionStage<@Nullable Void> drained = suspension.begin(() -> setAttention(SUSPENDED));
        tellIfDrained();
        return drained;
    }

    /** Lends again; the waiters are served first, in order. Does nothing if the gate is not suspended. */
    public void resume() {
        suspension.end(() -> clearAttention(SUSPENDED));
        serve();
    }

    /** Fails everyone who waits at this moment, each with an exception of its own. Returns how many there were. */
    public int failWaiters(Supplier<? extends Throwable> why) {
        return serveNowFailingAll(why);
    }

    /** Refuses new borrows from now on and fails everyone who waits. Idempotent. */
    public void close() {
        setAttention(CLOSED);
        serve();
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
        return slots.count(Slot.LENT) + slots.count(Slot.SHARED);
    }

    /** How many slots are FREE, a snapshot. */
    public int free() {
        return slots.count(Slot.FREE);
    }

    /** How many borrowers wait, a snapshot. */
    public int waiting() {
        return waitersIn(attention);
    }

    /** How long the head of the line has waited, 0 if nobody waits; a snapshot. */
    public long oldestWaitNanos() {
        Waiter<Slot<S>> oldest = head;
        return oldest == null || waiting() == 0 ? 0 : nanoClock.getAsLong() - oldest.sinceNanos;
    }

    /** How much longer the most patient borrower in line waits, 0 if nobody waits; a snapshot. */
    public long longestWaitLeftNanos() {
        return patienceNanos();
    }

    /** How often a slot was borrowed, a recent value. */
    public long borrows() {
        long sum = 0;
        for (int i = 0; i < slots.size(); i++) {
            sum += slots.get(i).borrows();
        }
        return sum;
    }

    /**
     * Shows every slot that is LENT or SHARED, with its stamp, once its borrower has read that. A borrow that shows the same
     * stamp twice has lasted as long.
     */
    public void forEachLent(ObjIntConsumer<? super Slot<S>> action) {
        for (int i = 0; i < slots.size(); i++) {
            Slot<S> slot = slots.get(i);
            int stamp = slot.currentStamp();
            if (slot.isTaken(stamp)) {
                action.accept(slot, stamp);
            }
        }
    }

    /** Shows every slot that is FREE with its stamp. A slot that shows the same stamp twice has been at rest since. */
    public void forEachFree(ObjIntConsumer<? super Slot<S>> action) {
        for (int i = 0; i < slots.size(); i++) {
            Slot<S> slot = slots.get(i);
            int stamp = slot.currentStamp();
            if (slot.is(stamp, Slot.FREE)) {
                action.accept(slot, stamp);
            }
        }
    }

    private void endClaim(Slot<S> slot, int stamp, int to) {
        if (!slot.end(stamp, Slot.LEAVING, to)) {
            throw new IllegalStateException(
                    "slot " + slot.index() + " must be claimed before it is recycled or vacated");
        }
    }
}
