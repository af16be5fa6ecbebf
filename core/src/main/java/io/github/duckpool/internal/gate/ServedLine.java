package io.github.duckpool.internal.gate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slow path of a {@link BorrowGate}: how those who wait and the slots that come back are brought together. The package's essay
 * says why nobody is forgotten.
 */
abstract class ServedLine<S> extends Attention {
    /** How often a lone waiter looks for its slot before it parks: about as long as the park would take. */
    private static final int SPINS = 100;

    /** A time of more than seventy years, for which nobody sets a timer. */
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

    private static final Supplier<GateClosedException> CLOSED_MEANWHILE = GateClosedException::new;

    final Slots<S> slots;
    final Suspension suspension = new Suspension();
    final LongSupplier nanoClock;
    private final ClockCredit clockCredit = new ClockCredit();
    private final WaitingLine<Slot<S>> line = new WaitingLine<>();
    private final long overtakingNanos;
    private final @Nullable Consumer<? super Slot<S>> reclaimer;
    private final Runnable whenWanted;

    /** The head of the line as the last pass left it; for those who only ask how long it has waited. */
    volatile @Nullable Waiter<Slot<S>> head;

    ServedLine(
            int size,
            long overtakingNanos,
            LongSupplier nanoClock,
            @Nullable Consumer<? super Slot<S>> reclaimer,
            Runnable whenWanted) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, was " + size);
        }
        if (overtakingNanos < 0) {
            throw new IllegalArgumentException("overtakingNanos must be at least 0, was " + overtakingNanos);
        }
        this.slots = new Slots<>(size);
        this.overtakingNanos = overtakingNanos;
        this.nanoClock = nanoClock;
        this.reclaimer = reclaimer;
        this.whenWanted = whenWanted;
    }

    /** Whether a newcomer may take a slot although {@code attention} isn't 0. */
    final boolean mayOvertake(int seen) {
        if ((seen & SHUT) != 0 || overtakingNanos == 0) {
            return false;
        }
        Waiter<Slot<S>> oldest = head;
        return oldest == null || (!oldest.old && (clockCredit.spend() || isStillYoung(oldest)));
    }

    private boolean isStillYoung(Waiter<Slot<S>> oldest) {
        long now = nanoClock.getAsLong();
        clockCredit.looked(now);
        return isYoung(oldest, now);
    }

    /** Waits in line for a slot. */
    final Slot<S> await(long timeoutNanos)
            throws InterruptedException, TimeoutException, GateClosedException, ExecutionException {
        if ((attention & CLOSED) != 0) {
            throw new GateClosedException();
        }
        if (timeoutNanos <= 0) {
            askInPassing();
            throw new TimeoutException();
        }
        Waiter<Slot<S>> self = new Waiter<>(Thread.currentThread(), nanoClock.getAsLong(), timeoutNanos);
        boolean alone = queue(self) == 0;
        for (int i = alone ? SPINS : 0; i > 0 && self.isWaiting(); i--) {
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        while (self.isWaiting()) {
            long left = self.leftNanos(nanoClock.getAsLong());
            if (left <= 0) {
                if (giveUp(self)) {
                    throw new TimeoutException();
                }
            } else if (Thread.interrupted()) {
                if (giveUp(self)) {
                    throw new InterruptedException();
                }
                interrupted = true;
            } else {
                self.park(this, left);
                if (self.nudged) {
                    self.nudged = false;
                    serve();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Object outcome = self.outcome();
        if (outcome == CLOSED_MEANWHILE) {
            throw new GateClosedException();
        }
        if (outcome instanceof Supplier<?> why) {
            throw new ExecutionException((Throwable) why.get());
        }
        Slot<S> slot = slotIn(outcome);
        slots.remember(slot);
        return slot;
    }

    /** Waits in line for a slot, as a future. All that needs memory, but for the timer, is there before it gets in line. */
    final CompletableFuture<Slot<S>> awaitAsync(
            long timeoutNanos, BiConsumer<? super @Nullable Slot<S>, ? super @Nullable Throwable> told) {
        CompletableFuture<Slot<S>> future = new CompletableFuture<>();
        future.whenComplete(told);
        if ((attention & CLOSED) != 0) {
            future.completeExceptionally(new GateClosedException());
        } else if (timeoutNanos <= 0) {
            askInPassing();
            future.completeExceptionally(new TimeoutException());
        } else {
            Waiter<Slot<S>> borrower =
                    new Waiter<>(new Telling<>(future, this::undo), nanoClock.getAsLong(), timeoutNanos);
            // Nobody else has the future yet. What was decided meanwhile stays.
            future.whenComplete((slot, failure) -> giveUp(borrower));
            queue(borrower);
            setTimer(future, borrower, timeoutNanos);
        }
        return future;
    }

    /** In line first: nobody leaves it before. */
    private void setTimer(CompletableFuture<Slot<S>> future, Waiter<Slot<S>> borrower, long timeoutNanos) {
        if (timeoutNanos >= FOREVER_NANOS) {
            return;
        }
        try {
            future.orTimeout(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (Throwable e) { // no memory, or no thread for the JVM's first timer
            if (giveUp(borrower)) {
                throw e;
            }
        }
    }

    /** Who won't wait isn't seen in line, and yet is told no for as long as nobody knows that a suspended gate is wanted. */
    private void askInPassing() {
        if ((attention & SUSPENDED) != 0) {
            whenWanted.run();
        }
    }

    /** Counts, gets in line, looks once more. Returns how many were in line before. */
    private int queue(Waiter<Slot<S>> borrower) {
        int before = countWaiter();
        line.add(borrower);
        try {
            whenWanted.run();
        } catch (Throwable e) {
            if (giveUp(borrower)) {
                throw e;
            }
            // Its outcome was decided before: to throw would lose the slot that it has.
        }
        serve();
        return before;
    }

    /** Leaves the line without a slot; false if the outcome was decided before. A nudge under way goes on to the next. */
    private boolean giveUp(Waiter<Slot<S>> borrower) {
        if (!borrower.giveUp()) {
            return false;
        }
        uncountWaiter();
        borrower.nudged = false;
        serve();
        return true;
    }

    /** A slot came back with its session while {@code attention} wasn't 0. */
    final void freed(Slot<S> slot, int stamp) {
        if ((attention & SHUT) != 0) {
            // Without a reclaimer the slot stays FREE; the owner finds it, for it looks after it has shut the gate.
            if (reclaimer != null && slot.move(stamp, Slot.FREE, Slot.LEAVING)) {
                reclaimer.accept(slot);
            }
            return;
        }
        Waiter<Slot<S>> oldest = head;
        // Whoever has a nudge under way serves when it wakes, after it has put the mark out, so it sees this slot.
        // If it has grown old meanwhile, newcomers leave it the slot, and the first of them serves it.
        if (oldest == null || !oldest.nudged) {
            serve();
        }
    }

    /** A slot came back without a session. */
    final void emptied() {
        if (attention != 0) {
            tellIfDrained();
            serve();
        }
    }

    /** Takes back a lending that no borrower was told of. */
    final void undo(Slot<S> slot) {
        int stamp = slot.currentStamp();
        if (slot.session() == null) {
            slot.end(stamp, Slot.LENT, Slot.EMPTY);
            emptied();
        } else {
            slot.end(stamp, Slot.LENT, Slot.FREE);
            freed(slot, stamp + 1);
        }
    }

    final void tellIfDrained() {
        CompletableFuture<@Nullable Void> drained = suspension.present();
        if (drained != null && slots.count(Slot.EMPTY) == slots.size()) {
            drained.complete(null);
        }
    }

    final void serve() {
        if (line.enter()) {
            serveInRole();
        }
    }

    final int serveNowFailingAll(Supplier<? extends Throwable> why) {
        line.enterForSure();
        int failed = failAll(why);
        serveInRole();
        return failed;
    }

    /** For how long the most patient of those who wait goes on waiting; 0 if nobody does. */
    final long patienceNanos() {
        line.enterForSure();
        long longest = line.longestLeft(nanoClock.getAsLong());
        serveInRole();
        return longest;
    }

    /**
     * Brings slots and waiters together until there is nothing left to do. Nothing in the role allocates, blocks or calls out, so
     * nothing can break it off. Those whose outcome was decided are told out of the role: threads after each pass, futures at
     * the end, because what hangs on them may do anything.
     */
    private void serveInRole() {
        Waiter<Slot<S>> futures = null;
        Waiter<Slot<S>> lastFuture = null;
        Slot<S> spare = null;
        boolean left;
        do {
            int answered = line.wishes();
            spare = matchAll(spare);
            line.sweep(waitersIn(attention));
            Waiter<Slot<S>> told = line.takeDecided();
            Waiter<Slot<S>> nudge = line.takeNudge();
            // Wake nobody in the role: who is woken may push its waker off the processor, and the line would
            // stand still.
            left = line.leave(answered);
            if (nudge != null) {
                nudge.unpark();
            }
            while (told != null) {
                Waiter<Slot<S>> after = told.next;
                told.next = null;
                if (told.telling == null) {
                    told.wake();
                } else if (lastFuture == null) {
                    futures = told;
                    lastFuture = told;
                } else {
                    lastFuture.next = told;
                    lastFuture = told;
                }
                told = after;
            }
        } while (!left);
        if (spare != null) {
            undo(spare);
        }
        while (futures != null) {
            Waiter<Slot<S>> told = futures;
            futures = told.next;
            if (told.telling != null) {
                told.telling.tell(told.outcome());
            }
        }
    }

    /** Gives slots to waiters while there are both. Takes and returns a slot that was lent for one who then gave up. */
    private @Nullable Slot<S> matchAll(@Nullable Slot<S> left) {
        Slot<S> spare = left;
        for (Waiter<Slot<S>> next; (next = nextToServe()) != null; ) {
            if (spare == null) {
                spare = slots.lendLow();
            }
            if (spare == null || (attention & SHUT) != 0) {
                break;
            }
            if (decide(next, spare)) {
                spare = null;
            }
        }
        return spare;
    }

    /** The head of the line, if the next slot is for it now; null too if it was left to newcomers, and then it is nudged. */
    private @Nullable Waiter<Slot<S>> nextToServe() {
        if ((attention & CLOSED) != 0) {
            failAll(CLOSED_MEANWHILE);
        }
        Waiter<Slot<S>> oldest = line.head();
        head = oldest;
        if (oldest == null || (attention & SHUT) != 0) {
            return null;
        }
        if (oldest.isThread() && !oldest.awake && !oldest.old && isYoung(oldest, nanoClock.getAsLong())) {
            if (!oldest.nudged && slots.anyAtRest()) {
                oldest.nudged = true;
                line.nudge(oldest);
            }
            return null;
        }
        return oldest;
    }

    private boolean isYoung(Waiter<Slot<S>> borrower, long nowNanos) {
        boolean young = nowNanos - borrower.sinceNanos < overtakingNanos;
        if (!young) {
            borrower.old = true;
        }
        return young;
    }

    /** Fails those who wait at this moment; who comes meanwhile, perhaps back from having failed, is none of them. */
    private int failAll(Supplier<? extends Throwable> why) {
        int failed = 0;
        for (int left = waitersIn(attention); left > 0; left--) {
            Waiter<Slot<S>> next = line.head();
            if (next == null) {
                break;
            }
            if (decide(next, why)) {
                failed++;
            }
        }
        return failed;
    }

    private boolean decide(Waiter<Slot<S>> borrower, Object outcome) {
        if (!borrower.decide(outcome)) {
            return false;
        }
        uncountWaiter();
        borrower.nudged = false;
        line.removeHead();
        return true;
    }

    @SuppressWarnings("unchecked")
    private Slot<S> slotIn(@Nullable Object outcome) {
        if (outcome instanceof Slot<?> slot) {
            return (Slot<S>) slot;
        }
        throw new IllegalStateException("no slot was decided, but " + outcome);
    }
}
