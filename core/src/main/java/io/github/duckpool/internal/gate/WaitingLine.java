package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait, in the order they arrived. Anyone adds; all else belongs to one thread at a time, the server.
 *
 * <p>A thread that wants the line served calls {@link #enter}. If nobody serves, it is the server, and must go through the line
 * until {@link #leave} lets it go; if somebody does, its wish is noted and that one goes through the line once more. So nobody
 * waits for the server's role, and whatever was done before {@code enter} is seen by a pass that begins after it.
 */
final class WaitingLine<S> {
    private static final int SWEEP_SLACK = 64;
    private static final VarHandle ARRIVED;
    private static final VarHandle WISHES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ARRIVED = lookup.findVarHandle(WaitingLine.class, "arrived", Borrower.class);
            WISHES = lookup.findVarHandle(WaitingLine.class, "wishes", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The latest arrival, linked to the one before it. */
    private volatile @Nullable Borrower<S> arrived;

    private volatile int wishes;

    /** The server's: the line proper, oldest first, with those who gave up still in it. */
    private final ArrayDeque<Borrower<S>> line = new ArrayDeque<>();

    /** The server's: those whose outcome it decided and who are not told yet, in order, linked. */
    private @Nullable Borrower<S> firstDecided;

    private @Nullable Borrower<S> lastDecided;

    /** The server's: the one to nudge. */
    private @Nullable Borrower<S> nudge;

    void add(Borrower<S> borrower) {
        Borrower<S> before;
        do {
            before = arrived;
            borrower.next = before;
        } while (!ARRIVED.compareAndSet(this, before, borrower));
    }

    /** Whether the caller is the server now. If not, the present one goes through the line once more. */
    boolean enter() {
        return (int) WISHES.getAndAdd(this, 1) == 0;
    }

    /** Takes the server's role as soon as it is free. For rare work that can't be left to another thread. */
    void enterForSure() {
        while (!WISHES.compareAndSet(this, 0, 1)) {
            Thread.yield();
        }
    }

    /** How many wishes the pass that begins now answers. */
    int wishes() {
        return wishes;
    }

    /** Lays the role down; false if there were more wishes than the last pass answered, and then another pass is due. */
    boolean leave(int answered) {
        return (int) WISHES.getAndAdd(this, -answered) == answered;
    }

    /** The one who has waited longest and still waits. */
    @Nullable
    Borrower<S> head() {
        if (arrived != null) {
            admit();
        }
        Borrower<S> head;
        while ((head = line.peek()) != null && !head.isWaiting()) {
            line.poll();
        }
        return head;
    }

    /** Takes the head out of the line, to be told. */
    void removeHead() {
        Borrower<S> decided = line.remove();
        if (lastDecided == null) {
            firstDecided = decided;
        } else {
            lastDecided.next = decided;
        }
        lastDecided = decided;
    }

    /** Hands out the chain of those to tell. They are the caller's, also after it has left. */
    @Nullable
    Borrower<S> takeDecided() {
        Borrower<S> first = firstDecided;
        firstDecided = null;
        lastDecided = null;
        return first;
    }

    void nudge(Borrower<S> borrower) {
        nudge = borrower;
    }

    @Nullable
    Borrower<S> takeNudge() {
        Borrower<S> taken = nudge;
        nudge = null;
        return taken;
    }

    /** Drops those who gave up in mid-line, once they outnumber those who wait. */
    void sweep(int waiting) {
        if (line.size() > 2 * waiting + SWEEP_SLACK) {
            line.removeIf(borrower -> !borrower.isWaiting());
        }
    }

    private void admit() {
        Borrower<S> latest = takeArrived();
        Borrower<S> oldest = null;
        while (latest != null) {
            Borrower<S> before = latest.next;
            latest.next = oldest;
            oldest = latest;
            latest = before;
        }
        while (oldest != null) {
            Borrower<S> after = oldest.next;
            oldest.next = null;
            line.add(oldest);
            oldest = after;
        }
    }

    @SuppressWarnings("unchecked")
    private @Nullable Borrower<S> takeArrived() {
        return (Borrower<S>) ARRIVED.getAndSet(this, null);
    }
}
