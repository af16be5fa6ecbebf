package io.github.duckpool.mutex;

import io.github.duckpool.internal.wait.Delivery;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Permits and those who wait for them, strictly in the order of arrival. The algorithm under {@link AsyncSemaphore} and
 * {@link AsyncMutex}.
 *
 * <h2>The list and the role</h2>
 * What newcomers meet is the {@link LineWord}. The stack of tickets there is turned into a {@link TicketList}, oldest first, by whoever serves the line. One thread at a
 * time has that role: it is taken by adding a wish to a number and finding 0 there; who finds more leaves the wish to the one at work, who lays
 * the role down by subtracting what it has answered, if nothing came meanwhile. A permit that comes back while somebody waits is such a wish. In the
 * role a permit is matched with the oldest ticket alive, or goes back into the word if there is none: by a compare-and-set
 * on the very ticket that was last seen there, so nobody can have got in line unseen.
 *
 * <p>While the list has tickets, whoever serves does not touch the word, nor newcomers the list: a line of the cache that two processors write
 * in turn costs each more than all the rest. So a ticket remembers whether another followed it, and its permit goes to the list unseen; only a wish for a look
 * has the server look whether the line was shut; and no newcomer asks how many are gone unless there is a bound.
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
abstract sealed class PermitLine extends LineWord permits PermitRequests {
    /** A wish for a pass without a permit; the count of the permits that came back is in the lower half. */
    private static final long LOOK = 1L << 32;

    /** Stands for a permit without an object that was not taken at the door. */
    static final long NOT_OF_DOOR = -1;

    // What newcomers write, the door and the word, shares no cache line with what follows, which whoever serves reads
    // each time; the list follows in memory. HotSpot puts a class's numbers of eight bytes first, its references last,
    // and both behind its superclass's.
    @SuppressWarnings("unused")
    private long gap0, gap1, gap2, gap3, gap4, gap5, gap6, gap7;

    final Telling telling;
    private final int maxWaiters;

    /** The server's. */
    private final TicketList list = new TicketList();

    PermitLine(int permits, boolean behindDoor, MutexOptions options) {
        super(permits, behindDoor);
        this.telling = new Telling(options);
        this.maxWaiters = options.maxWaiters();
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

    /** Returns the permit that this token was given for, if it was not returned before. */
    final void giveBack(long token) {
        if (token == NOT_OF_DOOR || (!giveBackToDoor(token) && claim(token))) {
            release();
        }
    }

    /** Returns the permit of a ticket that had waited. */
    final void releaseBy(Ticket<?> ticket) {
        if (ticket.isFollowed) { // the word is left to newcomers: whoever serves finds the next in the list
            // Not if this thread has shut the line before: who is at work may not have come to failing those in the
            // list, and would
            // match this permit first.
            if (list.wishes() < LOOK || !isShut()) {
                serve(1);
            }
        } else if (word() == ticket
                && putBack(ticket)) { // nobody came after it, and whoever came before was served before
            idle();
        } else {
            release();
        }
    }

    /** Returns a permit that is the caller's to return. */
    final void release() {
        Object seen = word();
        while (seen instanceof Available || seen instanceof Opening) {
            if (putBack(seen)) {
                idle();
                return;
            }
            seen = word();
        }
        if (!(seen instanceof Shut)) {
            serve(1);
        }
    }

    /**
     * Gets in line, or takes a permit that has become free meanwhile.
     *
     * @return whether it is in line; if not, it has a permit now
     * @throws RejectedExecutionException if there are as many waiters as may be
     * @throws IllegalStateException if the line is closed
     */
    final boolean queue(Ticket<?> ticket) {
        boolean isCounted = false;
        while (true) {
            Object seen = word();
            if (seen instanceof Shut) {
                uncount(isCounted);
                throw closed();
            }
            if (seen instanceof Available available && available.permits > 0) {
                if (replace(seen, available.fewer())) {
                    uncount(isCounted);
                    ticket.takeAtOnce();
                    return false;
                }
                continue;
            }
            if (seen instanceof Opening opening && takeOrShut(opening)) {
                uncount(isCounted);
                ticket.takeAtOnce();
                return false;
            }
            if (!isCounted) {
                isCounted = isRoom(seen, arrive());
                if (!isCounted) {
                    continue;
                }
            }
            ticket.next = seen instanceof Ticket<?> earlier ? earlier : null;
            if (replace(seen, ticket)) {
                return true;
            }
        }
    }

    /**
     * Whether so few wait that one more may. Nobody asks where there is no bound: what is gone is the server's to count, and to read it
     * costs both. If not, the arrival is taken back.
     *
     * @param seen the word, as it was when everybody before was in line
     * @param arrived how many had been counted before
     */
    private boolean isRoom(Object seen, long arrived) {
        if (maxWaiters == Integer.MAX_VALUE) {
            return true;
        }
        long before = Math.max(0, arrived - list.gone());
        if (before < maxWaiters) {
            return true;
        }
        unarrive();
        if (seen == word()) {
            throw new RejectedExecutionException(
                    "no place in line at " + this + ": " + before + " wait already, and maxWaiters is " + maxWaiters);
        }
        return false;
    }

    private void uncount(boolean isCounted) {
        if (isCounted) {
            unarrive();
        }
    }

    IllegalStateException closed() {
        return new IllegalStateException(this + " is closed");
    }

    /** All permits may have come back; called after each return that could have been the last, under no lock and not in the role. */
    void idle() {}

    /** A ticket in line has given up. */
    final void left() {
        list.countLeft();
        if (list.isSweepDue(this)) {
            serve(LOOK);
        }
    }

    final void shut() {
        Shut end = new Shut(null);
        Object seen;
        do {
            seen = word();
            if (seen instanceof Shut) {
                return;
            }
            if (seen instanceof Opening opening) {
                takeOrShut(opening); // what is taken here is nobody's any more
            }
            end.latest = seen instanceof Ticket<?> latest ? latest : null;
        } while (!replace(seen, end));
        serve(LOOK);
    }

    /**
     * How many tickets wait; a snapshot. Those who are gone are read first: whoever comes and goes meanwhile is counted, and not taken
     * for one of those who wait all the time.
     */
    final int waiting() {
        long gone = list.gone();
        return (int) Math.max(0, arrivals() - gone);
    }

    static void beforeWait() {
        Telling.leaveRest();
    }

    /** Has the wishes answered, here or by whoever has the role. */
    private void serve(long wishes) {
        if (!list.begin(wishes)) {
            return;
        }
        Ticket<?> first = null;
        Ticket<?> latest = null;
        Ticket<?> failed = null;
        long answered;
        do {
            answered = list.wishes();
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
            if (list.isSweepDue(this)) {
                sweep();
            }
            // Whoever shuts the line wishes for a look: the word, which newcomers write all the time, is not read for
            // nothing.
            if (answered >= LOOK && word() instanceof Shut shut && failed == null) {
                failed = list.failAll(shut);
            }
        } while (!list.end(answered));
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
            Object seen = word();
            if (seen instanceof Shut) {
                return null;
            }
            if (list.isLast(seen)) {
                if (putBack(seen)) {
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

    private void sweep() {
        if (word() instanceof Ticket<?> latest) {
            list.admit(latest);
        }
        list.sweep();
    }
}
