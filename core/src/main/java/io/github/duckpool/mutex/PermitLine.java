package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.Delivery;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Permits and those who wait for them, strictly in the order of arrival. The algorithm under {@link AsyncSemaphore} and
 * {@link AsyncMutex}.
 *
 * <h2>The word</h2>
 * All that decides who gets a permit at once and who waits is one word. It is
 * <ul>
 *   <li>{@link Available}: so many permits are to be had, and nobody waits;
 *   <li>a {@link Door.Opening}, where there is but one permit: nobody waits, and the {@link Door} says whether the permit is to be had;
 *   <li>a {@link Ticket}: all permits are held; this is whoever came last and had to get in line, linked to the one who came before;
 *   <li>{@link Shut}: the line is closed, for good.
 * </ul>
 * Taking a permit that is there is one compare-and-set, and so is returning one while nobody waits, and so is getting in line. A
 * newcomer finds a permit only when nobody waits, so it can't overtake. (A {@link KeyLine} has no door: its word has to say in one
 * compare-and-set that the permit is there and nobody waits.)
 *
 * <h2>The list and the role</h2>
 * The stack of tickets is turned into a list, oldest first, by whoever serves the line. One thread at a time has that role: it is taken by adding a
 * wish to {@code role} and finding 0 there; who finds more leaves the wish to the one at work, who lays the role down by subtracting
 * what it has answered, if nothing came meanwhile. A permit that comes back while somebody waits is such a wish. In the
 * role a permit is matched with the oldest ticket alive, or goes back into the word if there is none: by a compare-and-set
 * on the very ticket that was last seen there, so nobody can have got in line unseen. The word keeps the last ticket even when the list has
 * taken it over ({@link TicketList} remembers which), so taking over costs no write to the word.
 *
 * <h2>Outcome</h2>
 * Matching is a compare-and-set on the ticket's own state, against its giving up by time-out, cancellation or interrupt; a ticket that gave up
 * is left out. Who was matched is told after the role has been laid down, under no lock. A future can still be completed from outside before that;
 * then the permit goes on to the next. So a permit is always in exactly one place: in the word or at its door, in a wish, or with one ticket or one
 * holder, and these return it by a compare-and-set of their own state or of the door's.
 *
 * <h2>Counting</h2>
 * {@code arrivals - matched - left} tickets wait: all that got in line; those that got a permit or an error; those that gave up. Only
 * a request that is refused takes its arrival back, so nothing that the server clears away changes the sum, and the bound on waiters is never exceeded.
 * A request may be refused too early, in the moment in which another is refused or leaves. {@code left - swept} tickets that gave up are
 * still in line. When they are the greater part they are swept out in the role, so also while the holder holds on.
 *
 * <h2>Hazards</h2>
 * <ol>
 *   <li>A ticket gets in line while the last permit comes back: both change the word; whoever comes second sees the other.
 *   <li>A ticket gives up while a permit is on its way to it: the ticket's state decides, or its future; if against the permit,
 *       that goes on.
 *   <li>A future's continuation returns the permit, which completes the next future, and so on: {@link Delivery} makes a
 *       loop of that recursion, and ends it after a while.
 *   <li>A task in that loop waits for something that the loop has still to tell: whoever waits here gives the rest away before.
 *   <li>The line is closed while tickets arrive: the word that is exchanged for {@link Shut} brings along all who arrived before;
 *       who comes later sees it.
 *   <li>The executor takes nothing any more: the ticket is told on the spot instead, for a permit must not be lost with it.
 *   <li>The permit is on its way back to the door while a ticket gets in line: the ticket takes it out of the opening, or finds the door
 *       open and shuts it again; it is in line only behind a permit that somebody holds and a door that is shut.
 * </ol>
 *
 * <p>Why not the waiter and the line of the borrow gate: that gate's slots come back with a state of their own and may be
 * overtaken for, and a waiter, its future, its permit and the task to tell it are four objects there. With one record for all, an
 * asynchronous request is one object. The loop that tells futures is the same.
 */
abstract sealed class PermitLine extends Door permits AsyncSemaphore {
    /** A wish for a pass without a permit; the count of the permits that came back is in the lower half. */
    private static final long LOOK = 1L << 32;

    private static final int SWEEP_SLACK = 64;

    /** Stands for a permit without an object that was not taken at the door. */
    static final long NOT_OF_DOOR = -1;

    private static final VarHandle WORD;
    private static final VarHandle ROLE;
    private static final VarHandle ARRIVALS;
    private static final VarHandle LEFT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(PermitLine.class, "word", Object.class);
            ROLE = counter(lookup, "role");
            ARRIVALS = counter(lookup, "arrivals");
            LEFT = counter(lookup, "left");
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Exact: an int that is added to a long would go through a method handle that is never inlined, and cost several additions. */
    private static VarHandle counter(MethodHandles.Lookup lookup, String name) throws ReflectiveOperationException {
        return lookup.findVarHandle(PermitLine.class, name, long.class).withInvokeExactBehavior();
    }

    final int permits;
    private final boolean isBehindDoor;
    final Telling telling;
    private final long maxWaiters;

    /** The state with one permit to be had; the one that a permit comes back into when nobody waits. */
    private final Available one;

    private volatile Object word;
    private volatile long arrivals;
    private volatile long role;
    private volatile long left;

    /** The server's. */
    private final TicketList list = new TicketList();

    PermitLine(int permits, boolean behindDoor, MutexOptions options) {
        super(behindDoor);
        if (permits < 1) {
            throw new IllegalArgumentException("permits must be at least 1, was " + permits);
        }
        this.permits = permits;
        this.isBehindDoor = behindDoor;
        this.telling = new Telling(options);
        this.maxWaiters = options.maxWaiters();
        this.one = new Available(1, permits);
        this.word = behindDoor ? Opening.ofNew() : permits == 1 ? one : new Available(permits, permits);
    }

    /** A permit for the caller, if one is to be had without waiting. */
    final @Nullable Permit take() {
        for (long token = tokenOfNext(); token != NONE; token = tokenOfNext()) {
            DoorPermit permit = new DoorPermit(this, token);
            if (takeAtDoor(token)) {
                return permit;
            }
        }
        return takeFromWord() ? held() : null;
    }

    /**
     * Takes a permit without an object for it.
     *
     * @return the token by which the caller returns it once, by {@link #giveBack}; {@link #NONE} if there is no permit
     */
    final long takeUnnamed() {
        for (long token = tokenOfNext(); token != NONE; token = tokenOfNext()) {
            if (takeAtDoor(token)) {
                return token;
            }
        }
        return takeFromWord() ? NOT_OF_DOOR : NONE;
    }

    private Permit held() {
        try {
            return new HeldPermit(this);
        } catch (Error e) { // no memory, or no stack
            release(); // the permit was taken before: it must not be lost
            throw e;
        }
    }

    /** Takes a permit that is to be returned by {@link #release}. */
    private boolean takeFromWord() {
        while (true) {
            Object seen = word;
            if (seen instanceof Available available && available.permits > 0) {
                if (WORD.compareAndSet(this, seen, available.fewer())) {
                    return true;
                }
            } else {
                return seen instanceof Opening opening && takeIfThere(opening);
            }
        }
    }

    /** Returns the permit that this token was given for, if it was not returned before. */
    final void giveBack(long token) {
        if (token == NOT_OF_DOOR || (!giveBackToDoor(token) && claim(token))) {
            release();
        }
    }

    /** Returns the permit of a ticket that had waited. */
    final void releaseBy(Ticket<?> ticket) {
        // Still the word: nobody came after it, and whoever came before it was served before it.
        if (word == ticket && putBack(ticket)) {
            idle();
        } else {
            release();
        }
    }

    /** Puts a permit back into the word, if that is still the one that was seen, which has nobody waiting. */
    private boolean putBack(Object seen) {
        if (!isBehindDoor) {
            return WORD.compareAndSet(this, seen, seen instanceof Available available ? available.more() : one);
        }
        Opening opening;
        try {
            opening = new Opening();
        } catch (OutOfMemoryError e) {
            // The permit must not be lost: it can lie in the word too, behind a door that stays shut until the next
            // comes back.
            return WORD.compareAndSet(this, seen, one);
        }
        if (!WORD.compareAndSet(this, seen, opening)) {
            return false;
        }
        openDoor(opening);
        return true;
    }

    /** Returns a permit that is the caller's to return. */
    final void release() {
        Object seen = word;
        while (seen instanceof Available || seen instanceof Opening) {
            if (putBack(seen)) {
                idle();
                return;
            }
            seen = word;
        }
        if (!(seen instanceof Shut)) {
            serve(1);
        }
    }

    /**
     * Gets in line, or takes a permit that has become free meanwhile.
     *
     * @return how many were in line before it; -1 if it has a permit now
     * @throws RejectedExecutionException if there are as many waiters as may be
     * @throws IllegalStateException if the line is closed
     */
    final long queue(Ticket<?> ticket) {
        long before = -1;
        while (true) {
            Object seen = word;
            if (seen instanceof Shut) {
                uncount(before);
                throw closed();
            }
            if (seen instanceof Available available && available.permits > 0) {
                uncount(before);
                before = -1;
                if (WORD.compareAndSet(this, seen, available.fewer())) {
                    ticket.takeAtOnce();
                    return -1;
                }
                continue;
            }
            if (seen instanceof Opening opening && takeOrShut(opening)) {
                uncount(before);
                ticket.takeAtOnce();
                return -1;
            }
            if (before < 0) {
                before = Math.max(0, (long) ARRIVALS.getAndAdd(this, 1L) - list.matched() - left);
                if (before >= maxWaiters) {
                    uncount(before);
                    if (seen == word) {
                        throw new RejectedExecutionException("no place in line at " + this + ": " + before
                                + " wait already, and maxWaiters is " + maxWaiters);
                    }
                    before = -1;
                    continue;
                }
            }
            ticket.next = seen instanceof Ticket<?> earlier ? earlier : null;
            if (WORD.compareAndSet(this, seen, ticket)) {
                return before;
            }
        }
    }

    private void uncount(long before) {
        if (before >= 0) {
            long unused = (long) ARRIVALS.getAndAdd(this, -1L);
        }
    }

    IllegalStateException closed() {
        return new IllegalStateException(this + " is closed");
    }

    /** All permits may have come back; called after each return that could have been the last, under no lock and not in the role. */
    void idle() {}

    /** Shuts the line if all its permits are there, so that nobody can wait or hold one. */
    final boolean retire(Shut end) {
        Object seen = word;
        return seen instanceof Available available
                && available.permits == permits
                && WORD.compareAndSet(this, seen, end);
    }

    final boolean isRetired(Shut end) {
        return word == end;
    }

    /** A ticket in line has given up. */
    final void left() {
        long unused = (long) LEFT.getAndAdd(this, 1L);
        if (isSweepDue()) {
            serve(LOOK);
        }
    }

    final void shut() {
        Shut end = new Shut(null);
        Object seen;
        do {
            seen = word;
            if (seen instanceof Shut) {
                return;
            }
            if (seen instanceof Opening opening) {
                takeOrShut(opening); // what is taken here is nobody's any more
            }
            end.latest = seen instanceof Ticket<?> latest ? latest : null;
        } while (!WORD.compareAndSet(this, seen, end));
        serve(LOOK);
    }

    final boolean isShut() {
        return word instanceof Shut;
    }

    /**
     * How many tickets wait; a snapshot. Those who are gone are read first: whoever comes and goes meanwhile is counted, and not taken
     * for one of those who wait all the time.
     */
    final int waiting() {
        long gone = list.matched() + left;
        return (int) Math.max(0, arrivals - gone);
    }

    /** How many permits are to be had; a snapshot. */
    final int free() {
        Object seen = word;
        if (seen instanceof Opening opening) {
            return hasPermit(opening) ? 1 : 0;
        }
        return seen instanceof Available available ? available.permits : 0;
    }

    static void beforeWait() {
        Telling.leaveRest();
    }

    /** Has the wishes answered, here or by whoever has the role. */
    private void serve(long wishes) {
        if ((long) ROLE.getAndAdd(this, wishes) != 0) {
            return;
        }
        Ticket<?> first = null;
        Ticket<?> latest = null;
        Ticket<?> failed = null;
        long answered;
        do {
            answered = role;
            for (int i = (int) answered; i > 0; i--) {
                Ticket<?> next = match();
                if (next == null) {
                    continue;
                }
                if (latest == null) {
                    first = next;
                } else {
                    latest.next = next;
                }
                latest = next;
            }
            if (isSweepDue()) {
                sweep();
            }
            if (word instanceof Shut shut && failed == null) {
                failed = list.failAll(shut);
            }
        } while ((long) ROLE.getAndAdd(this, -answered) != answered);
        try {
            Telling.tell(first, failed);
        } finally {
            idle();
        }
    }

    /** Finds the oldest ticket alive and gives it a permit; null if there is none, and then the permit is in the word again. */
    private @Nullable Ticket<?> match() {
        while (true) {
            Ticket<?> oldest = list.poll();
            if (oldest != null) {
                return oldest;
            }
            Object seen = word;
            if (seen instanceof Shut) {
                return null;
            }
            if (list.isLast(seen)) {
                if (putBack(seen)) {
                    list.forgetLast();
                    return null;
                }
            } else if (seen instanceof Ticket<?> latest) {
                list.admit(latest);
            } else if (seen instanceof Available || seen instanceof Opening) {
                if (putBack(seen)) {
                    return null;
                }
            } else {
                throw new IllegalStateException("a permit came back that " + seen + " holds");
            }
        }
    }

    private boolean isSweepDue() {
        long inLine = left - list.swept();
        return inLine > SWEEP_SLACK && inLine >= waiting();
    }

    private void sweep() {
        if (word instanceof Ticket<?> latest) {
            list.admit(latest);
        }
        list.sweep();
    }
}
