package io.github.duckpool.internal.wait;

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
 *
 * @param <V> the type of the value that is handed over
 */
public final class WaitingLine<V> {
    private static final int SWEEP_SLACK = 64;
    private static final VarHandle ARRIVED;
    private static final VarHandle WISHES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ARRIVED = lookup.findVarHandle(WaitingLine.class, "arrived", Waiter.class);
            WISHES = lookup.findVarHandle(WaitingLine.class, "wishes", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The latest arrival, linked to the one before it. */
    private volatile @Nullable Waiter<V> arrived;

    private volatile int wishes;

    /** The server's: the line proper, oldest first, with those who gave up still in it. */
    private final ArrayDeque<Waiter<V>> line = new ArrayDeque<>();

    /** The server's: those whose outcome it decided and who are not told yet, in order, linked. */
    private @Nullable Waiter<V> firstDecided;

    private @Nullable Waiter<V> lastDecided;

    /** The server's: the one to nudge. */
    private @Nullable Waiter<V> nudge;

    /** Puts a waiter at the end of the line. */
    public void add(Waiter<V> waiter) {
        Waiter<V> before;
        do {
            before = arrived;
            waiter.next = before;
        } while (!ARRIVED.compareAndSet(this, before, waiter));
    }

    /** Whether the caller is the server now. If not, the present one goes through the line once more. */
    public boolean enter() {
        return (int) WISHES.getAndAdd(this, 1) == 0;
    }

    /** Takes the server's role as soon as it is free. For rare work that can't be left to another thread. */
    @SuppressWarnings("ThreadPriorityCheck") // a hint while the server, which never blocks, finishes its pass
    public void enterForSure() {
        while (!WISHES.compareAndSet(this, 0, 1)) {
            Thread.yield();
        }
    }

    /** How many wishes the pass that begins now answers. */
    public int wishes() {
        return wishes;
    }

    /** Lays the role down; false if there were more wishes than the last pass answered, and then another pass is due. */
    public boolean leave(int answered) {
        return (int) WISHES.getAndAdd(this, -answered) == answered;
    }

    /** The one who has waited longest and still waits. */
    public @Nullable Waiter<V> head() {
        if (arrived != null) {
            admit();
        }
        Waiter<V> head;
        while ((head = line.peek()) != null && !head.isWaiting()) {
            line.poll();
        }
        return head;
    }

    /** Takes the head out of the line, to be told. */
    public void removeHead() {
        Waiter<V> decided = line.remove();
        if (lastDecided == null) {
            firstDecided = decided;
        } else {
            lastDecided.next = decided;
        }
        lastDecided = decided;
    }

    /** Hands out the chain of those to tell. They are the caller's, also after it has left. */
    public @Nullable Waiter<V> takeDecided() {
        Waiter<V> first = firstDecided;
        firstDecided = null;
        lastDecided = null;
        return first;
    }

    public void nudge(Waiter<V> waiter) {
        nudge = waiter;
    }

    public @Nullable Waiter<V> takeNudge() {
        Waiter<V> taken = nudge;
        nudge = null;
        return taken;
    }

    /** Drops those who gave up in mid-line, once they outnumber those who wait. */
    public void sweep(int waiting) {
        if (line.size() > 2 * waiting + SWEEP_SLACK) {
            line.removeIf(waiter -> !waiter.isWaiting());
        }
    }

    private void admit() {
        Waiter<V> latest = takeArrived();
        Waiter<V> oldest = null;
        while (latest != null) {
            Waiter<V> before = latest.next;
            latest.next = oldest;
            oldest = latest;
            latest = before;
        }
        while (oldest != null) {
            Waiter<V> after = oldest.next;
            oldest.next = null;
            line.add(oldest);
            oldest = after;
        }
    }

    @SuppressWarnings("unchecked")
    private @Nullable Waiter<V> takeArrived() {
        return (Waiter<V>) ARRIVED.getAndSet(this, null);
    }
}
