package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The single permit of a line while nobody waits: one number, so that taking it and returning it are one compare-and-set each, and need
 * neither an object in the line's word nor the collector's barrier for it.
 *
 * <p>The number says where the permit is, and grows with every change, so that none ever comes again:
 * <ul>
 *   <li>free: here, for whoever comes first;
 *   <li>held: by whoever took it here. The number is the token that returns it: a second return finds another number;
 *   <li>shut: somebody got in line, so the line passes the permit on. If it was held at that moment, the holder's return finds the
 *       door shut under its own number, claims the return by making the number grow, and returns the permit to the line.
 * </ul>
 *
 * <p>The line's word is an {@link Opening} while nobody waits. Each one moves the permit from the line to the door once: whoever makes it
 * the word notes the number that the door is shut under, and then opens the door from that very number. Until then anybody may take
 * the permit by making that number grow, and then the opening fails. So while the word is an opening, the permit is
 * <ul>
 *   <li>in it, if the door is shut under the number noted (or that is not noted yet: it can't change before);
 *   <li>at the door, if that is free;
 *   <li>held, if the door is held, or shut under any other number.
 * </ul>
 * Whoever gets in line first sees to it that the last of these is so and the door shut. It stays shut while the word is the
 * same opening, and while the word is anything else, so a newcomer can't overtake.
 *
 * <p>The line inherits the number instead of pointing to it: whoever has just changed it reads what comes next from memory, one after the other, and a
 * reference more is felt.
 */
class Door {
    /** No token. */
    static final long NONE = 0;

    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int SHUT = 2;
    private static final int MODES = 3;
    private static final long GROW = 4;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup()
                    .findVarHandle(Door.class, "state", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long state;

    /**
     * Makes a free door, or none.
     *
     * @param isOpen whether the permit is here; if not, it never will be, for no opening is ever made
     */
    Door(boolean isOpen) {
        state = isOpen ? FREE : SHUT;
    }

    /** The token of whoever takes the permit now by {@link #takeAtDoor}; {@link #NONE} if it is not here. */
    final long tokenOfNext() {
        long seen = state;
        return mode(seen) == FREE ? seen + GROW + HELD : NONE;
    }

    /** Takes the permit, if the token is still that of the next. */
    final boolean takeAtDoor(long token) {
        return STATE.compareAndSet(this, token - HELD - GROW, token);
    }

    /** Returns the permit to the door; false if somebody waits, or it was returned before. */
    final boolean giveBackToDoor(long token) {
        return STATE.compareAndSet(this, token, token - HELD + GROW);
    }

    /** Whether the permit of this token was held as the door was shut: true once, and then it is the caller's to return to the line. */
    final boolean claim(long token) {
        long covered = token - HELD + SHUT;
        return state == covered && STATE.compareAndSet(this, covered, covered + GROW);
    }

    /**
     * Takes the permit out of the door or the opening, for the line, or shuts the door over whoever holds it.
     *
     * @return whether it was taken; if not, it is held, and the door stays shut while the line's word is this opening
     */
    final boolean takeOrShut(Opening opening) {
        while (true) {
            if (takeIfThere(opening)) {
                return true;
            }
            long seen = state;
            if (mode(seen) == HELD
                    ? STATE.compareAndSet(this, seen, seen - HELD + SHUT)
                    : mode(seen) == SHUT && !opening.isFrom(seen)) {
                return false;
            }
        }
    }

    /** Takes the permit out of the door or the opening, for the line, if it is in either. */
    final boolean takeIfThere(Opening opening) {
        while (true) {
            long seen = state;
            long taken;
            if (mode(seen) == FREE) {
                taken = seen + SHUT + GROW;
            } else if (mode(seen) == SHUT && opening.isFrom(seen)) {
                taken = seen + GROW;
            } else {
                return false;
            }
            if (STATE.compareAndSet(this, seen, taken)) {
                return true;
            }
        }
    }

    /** Opens the door with the permit that came back to the line, unless that has been taken meanwhile. */
    final void openDoor(Opening opening) {
        long seen = state;
        if (mode(seen) == SHUT && opening.isFrom(seen)) {
            boolean unused = STATE.compareAndSet(this, seen, seen - SHUT + GROW);
        }
    }

    /** Whether the permit is to be had; a snapshot. */
    final boolean hasPermit(Opening opening) {
        long seen = state;
        return mode(seen) == FREE || (mode(seen) == SHUT && opening.isFrom(seen));
    }

    private static int mode(long state) {
        return (int) state & MODES;
    }

    /** The state of a line in which nobody waits. */
    static final class Opening {
        /** A number that the door never has: it was open from the start. */
        private static final long NEVER = MODES;

        private static final VarHandle FROM;

        static {
            try {
                FROM = MethodHandles.lookup()
                        .findVarHandle(Opening.class, "from", long.class)
                        .withInvokeExactBehavior();
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private volatile long from;

        static Opening ofNew() {
            Opening opening = new Opening();
            opening.from = NEVER;
            return opening;
        }

        /**
         * Whether the door was shut under this number when this became the word. The first to ask notes the number: until then
         * nobody can have changed it. Only for who read the number after the word.
         */
        private boolean isFrom(long shut) {
            long noted = from;
            if (noted == NONE && FROM.compareAndSet(this, NONE, shut)) {
                return true;
            }
            return from == shut;
        }
    }
}
