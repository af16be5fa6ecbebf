package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait in a {@link PermitLine}, oldest first: what the stack of arrivals was turned into; and the role of serving them. Only whoever
 * has the role uses the list; the counts may be read by anybody.
 */
final class TicketList {
    private static final VarHandle MATCHED;
    private static final VarHandle SWEPT;
    private static final VarHandle LEFT;
    private static final VarHandle ROLE;

    private static final int SWEEP_SLACK = 64;

    static {
        try {
            MATCHED = counter("matched");
            SWEPT = counter("swept");
            LEFT = counter("left");
            ROLE = counter("role");
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static VarHandle counter(String name) throws ReflectiveOperationException {
        return MethodHandles.lookup()
                .findVarHandle(TicketList.class, name, long.class)
                .withInvokeExactBehavior();
    }

    // Written by their handles.
    @SuppressWarnings("UnusedVariable")
    private volatile long role;

    @SuppressWarnings("UnusedVariable")
    private volatile long left;

    @SuppressWarnings("UnusedVariable")
    private volatile long matched;

    @SuppressWarnings("UnusedVariable")
    private volatile long swept;

    private @Nullable Ticket<?> head;
    private @Nullable Ticket<?> tail;

    /** Leaves wishes. True if the role was nobody's; then it is the caller's now. */
    boolean begin(long wishes) {
        return (long) ROLE.getAndAdd(this, wishes) == 0;
    }

    /** The wishes that are not answered yet. */
    long wishes() {
        return role;
    }

    /** Lays the role down; false if there are more wishes than were answered, and then it is the caller's still. */
    boolean end(long answered) {
        return (long) ROLE.getAndAdd(this, -answered) == answered;
    }

    /** How many got a permit or an error, or gave up. */
    long gone() {
        return matched + left;
    }

    /** One more has given up, in line. Anybody's. */
    void countLeft() {
        long unused = (long) LEFT.getAndAdd(this, 1L);
    }

    /** Whether those who gave up and are still in line are many, and more than wait. */
    boolean isSweepDue(PermitLine line) {
        long inLine = left - swept;
        return inLine > SWEEP_SLACK && inLine >= line.waiting();
    }

    /** Whether all arrivals up to this word of the line have been taken over. */
    boolean isLast(Object word) {
        return word instanceof Ticket<?> latest && latest.isAdmitted;
    }

    /** Takes the oldest ticket alive out of the list, and gives it a permit. */
    @Nullable
    Ticket<?> poll() {
        while (true) {
            Ticket<?> oldest = head;
            if (oldest == null) {
                return null;
            }
            head = oldest.next;
            if (head == null) {
                tail = null;
            }
            oldest.next = null;
            oldest.isFollowed = head != null; // before it may be told
            if (oldest.move(Ticket.WAITING, Ticket.HELD)) {
                MATCHED.setRelease(this, matched + 1L);
                return oldest;
            }
            SWEPT.setRelease(this, swept + 1L);
        }
    }

    /**
     * Takes over into the list all who have come since it last did. How far that was is marked on the ticket: the list would keep the last
     * one, with its thread or the result of its work, for as long as nobody else has to wait.
     */
    void admit(Ticket<?> latest) {
        Ticket<?> oldest = null;
        Ticket<?> ticket = latest;
        while (ticket != null && !ticket.isAdmitted) {
            Ticket<?> earlier = ticket.next;
            ticket.next = oldest;
            oldest = ticket;
            ticket = earlier;
        }
        latest.isAdmitted = true;
        if (oldest == null) {
            return;
        }
        if (tail == null) {
            head = oldest;
        } else {
            tail.next = oldest;
        }
        tail = latest;
    }

    /** Takes everybody out of the line that was shut, and fails those alive: they are yet to be told, linked from the first on. */
    @Nullable
    Ticket<?> failAll(Shut shut) {
        if (shut.latest != null) {
            admit(shut.latest);
            shut.latest = null;
        }
        Ticket<?> first = null;
        Ticket<?> latest = null;
        while (head != null) {
            Ticket<?> oldest = head;
            head = oldest.next;
            oldest.next = null;
            if (!oldest.move(Ticket.WAITING, Ticket.FAILED)) {
                SWEPT.setRelease(this, swept + 1L);
                continue;
            }
            MATCHED.setRelease(this, matched + 1L);
            if (latest == null) {
                first = oldest;
            } else {
                latest.next = oldest;
            }
            latest = oldest;
        }
        tail = null;
        return first;
    }

    /** Drops those who gave up. */
    void sweep() {
        Ticket<?> ticket = head;
        Ticket<?> kept = null;
        int dropped = 0;
        head = null;
        while (ticket != null) {
            Ticket<?> after = ticket.next;
            ticket.next = null;
            if (ticket.state == Ticket.LEFT) {
                dropped++;
            } else if (kept == null) {
                head = ticket;
                kept = ticket;
            } else {
                kept.next = ticket;
                kept = ticket;
            }
            ticket = after;
        }
        tail = kept;
        SWEPT.setRelease(this, swept + dropped);
    }
}
