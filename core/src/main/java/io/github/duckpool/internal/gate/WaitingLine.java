package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
final class WaitingLine<V> {
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

    /** The server's: the line proper, oldest first, with those who gave up still in it, linked. */
    private final Chain<V> line = new Chain<>();

    /** The server's: those whose outcome it decided and who are not told yet, in order, linked. */
    private final Chain<V> decided = new Chain<>();

    /** The server's: the one to nudge. */
    private @Nullable Waiter<V> nudge;

    /** Puts a waiter at the end of the line. */
    void add(Waiter<V> waiter) {
        Waiter<V> before;
        do {
            before = arrived;
            waiter.next = before;
        } while (!ARRIVED.compareAndSet(this, before, waiter));
    }

    /** Whether the caller is the server now. If not, the present one goes through the line once more. */
    boolean enter() {
        return (int) WISHES.getAndAdd(this, 1) == 0;
    }

    /** Takes the server's role as soon as it is free. For rare work that can't be left to another thread. */
    @SuppressWarnings("ThreadPriorityCheck") // a hint while the server, which never blocks, finishes its pass
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
    Waiter<V> head() {
        if (arrived != null) {
            admit();
        }
        while (line.first != null && !line.first.isWaiting()) {
            line.poll();
        }
        return line.first;
    }

    /** How much longer the most patient of those who still wait does so; 0 if nobody does. */
    long longestLeft(long nowNanos) {
        long longest = 0;
        for (Waiter<V> waiter = head(); waiter != null; waiter = waiter.next) {
            if (waiter.isWaiting()) {
                longest = Math.max(longest, waiter.leftNanos(nowNanos));
            }
        }
        return longest;
    }

    /** Takes the head out of the line, to be told. */
    void removeHead() {
        Waiter<V> head = line.poll();
        if (head != null) {
            decided.add(head);
        }
    }

    /** Hands out the chain of those to tell. They are the caller's, also after it has left. */
    @Nullable
    Waiter<V> takeDecided() {
        Waiter<V> first = decided.first;
        decided.clear();
        return first;
    }

    void nudge(Waiter<V> waiter) {
        nudge = waiter;
    }

    @Nullable
    Waiter<V> takeNudge() {
        Waiter<V> taken = nudge;
        nudge = null;
        return taken;
    }

    /** Drops those who gave up in mid-line, once they outnumber those who wait. */
    void sweep(int waiting) {
        if (line.size <= 2L * waiting + SWEEP_SLACK) {
            return;
        }
        Waiter<V> next = line.first;
        line.clear();
        while (next != null) {
            Waiter<V> after = next.next;
            if (next.isWaiting()) {
                line.add(next);
            }
            next = after;
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
            line.add(oldest);
            oldest = after;
        }
    }

    @SuppressWarnings("unchecked")
    private @Nullable Waiter<V> takeArrived() {
        return (Waiter<V>) ARRIVED.getAndSet(this, null);
    }

    /** Waiters by their own links: nothing that the server does allocates, so running out of memory can't break it off. */
    private static final class Chain<V> {
        private @Nullable Waiter<V> first;
        private @Nullable Waiter<V> last;
        private int size;

        void add(Waiter<V> waiter) {
            waiter.next = null;
            if (last == null) {
                first = waiter;
            } else {
                last.next = waiter;
            }
            last = waiter;
            size++;
        }

        @Nullable
        Waiter<V> poll() {
            Waiter<V> polled = first;
            if (polled != null) {
                first = polled.next;
                polled.next = null;
                last = first == null ? null : last;
                size--;
            }
            return polled;
        }

        void clear() {
            first = null;
            last = null;
            size = 0;
        }
    }
}
