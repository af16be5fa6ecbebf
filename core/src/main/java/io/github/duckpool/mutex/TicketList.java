package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait in a {@link PermitLine}, oldest first: what the stack of arrivals was turned into. Only whoever has the role of
 * serving the line uses it; the two counts may be read by anybody.
 */
final class TicketList {
    private static final VarHandle MATCHED;
    private static final VarHandle SWEPT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MATCHED = lookup.findVarHandle(TicketList.class, "matched", long.class)
                    .withInvokeExactBehavior();
            SWEPT = lookup.findVarHandle(TicketList.class, "swept", long.class).withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Written by their handles.
    @SuppressWarnings("UnusedVariable")
    private volatile long matched;

    @SuppressWarnings("UnusedVariable")
    private volatile long swept;

    private @Nullable Ticket<?> head;
    private @Nullable Ticket<?> tail;

    /** The last of the arrivals when they were last taken over. */
    private @Nullable Ticket<?> last;

    /** How many got a permit or an error. */
    long matched() {
        return matched;
    }

    /** How many that gave up have been taken out. */
    long swept() {
        return swept;
    }

    /** Whether all arrivals up to this word of the line have been taken over. */
    boolean isLast(Object word) {
        return word == last;
    }

    /** The word that had the last of the arrivals is gone. */
    void forgetLast() {
        last = null;
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
            if (oldest.move(Ticket.WAITING, Ticket.HELD)) {
                MATCHED.setRelease(this, matched + 1L);
                return oldest;
            }
            SWEPT.setRelease(this, swept + 1L);
        }
    }

    /** Takes over into the list all who have come since it last did. */
    void admit(Ticket<?> latest) {
        Ticket<?> oldest = null;
        Ticket<?> ticket = latest;
        while (ticket != null && ticket != last) {
            Ticket<?> earlier = ticket.next;
            ticket.next = oldest;
            oldest = ticket;
            ticket = earlier;
        }
        last = latest;
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
        last = null;
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
