package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The word of a {@link PermitLine}: all that decides who gets a permit at once and who waits. It is
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
 * <p>The word keeps the last ticket even when the list has taken it over (a mark on the ticket says so), so taking over costs no write to it.
 */
class LineWord extends Door {
    private static final VarHandle WORD;
    private static final VarHandle ARRIVALS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(LineWord.class, "word", Object.class);
            // Exact: an int that is added to a long would go through a method handle that is never inlined, and cost
            // several additions.
            ARRIVALS =
                    lookup.findVarHandle(LineWord.class, "arrivals", long.class).withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int permits;
    private final boolean isBehindDoor;

    /** The state with one permit to be had; the one that a permit comes back into when nobody waits. */
    private final Available one;

    private volatile Object word;

    @SuppressWarnings("UnusedVariable") // by its handle
    private volatile long arrivals;

    LineWord(int permits, boolean behindDoor) {
        super(behindDoor);
        if (permits < 1) {
            throw new IllegalArgumentException("permits must be at least 1, was " + permits);
        }
        this.permits = permits;
        this.isBehindDoor = behindDoor;
        Available all = Available.of(permits);
        this.one = all.one();
        this.word = behindDoor ? Opening.ofNew() : all;
    }

    final Object word() {
        return word;
    }

    /** Changes the word, if it is still the one that was seen. */
    final boolean replace(Object seen, Object next) {
        return WORD.compareAndSet(this, seen, next);
    }

    /** Counts one more who gets in line; gives how many have before. */
    final long arrive() {
        return (long) ARRIVALS.getAndAdd(this, 1L);
    }

    /** Whoever was counted is not in line. */
    final void unarrive() {
        long unused = (long) ARRIVALS.getAndAdd(this, -1L);
    }

    /** How many got in line, or are about to. */
    final long arrivals() {
        return arrivals;
    }

    /** Takes a permit that is to be returned by {@link PermitLine#release}. */
    final boolean takeFromWord() {
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

    /** Puts a permit back into the word, if that is still the one that was seen, which has nobody waiting. */
    final boolean putBack(Object seen) {
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

    /** Whether whoever comes now would be the first in line; a snapshot. */
    final boolean isNobodyInLine() {
        Object seen = word;
        return seen instanceof Opening || seen instanceof Available;
    }

    final boolean isShut() {
        return word instanceof Shut;
    }

    /** How many permits are to be had; a snapshot. */
    final int free() {
        Object seen = word;
        if (seen instanceof Opening opening) {
            return hasPermit(opening) ? 1 : 0;
        }
        return seen instanceof Available available ? available.permits : 0;
    }
}
