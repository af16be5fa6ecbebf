package io.github.duckpool.internal.gate;

import org.jspecify.annotations.Nullable;

/**
 * The slots of a gate, and where a borrower looks first: at the slot it used last, then from the low end, so that few slots
 * stay warm and the rest grow old enough to be closed.
 *
 * <p>The hints lie in an array that the thread's id is hashed into. Two threads that share an entry cost each other a look at
 * a wrong slot, nothing else; a thread that ends leaves nothing behind.
 */
final class Slots<S> {
    private static final int HINTS = 64;
    /** One hint per cache line. */
    private static final int HINT_STRIDE = 16;

    private final Slot<S>[] slots;
    private final int[] hints = new int[(HINTS + 1) * HINT_STRIDE];

    @SuppressWarnings({"unchecked", "rawtypes"})
    Slots(int size) {
        slots = new Slot[size];
        for (int i = 0; i < size; i++) {
            slots[i] = new Slot<>(i);
        }
    }

    int size() {
        return slots.length;
    }

    Slot<S> get(int index) {
        return slots[index];
    }

    /** Lends a FREE slot, else an EMPTY one, or none; remembers it for this thread. */
    @Nullable
    Slot<S> lendNear() {
        int at = hintOfThread();
        Slot<S> slot = slots[hints[at]];
        if (slot.lendFrom(Slot.FREE)) {
            return slot;
        }
        Slot<S> other = lendLow();
        if (other != null) {
            hints[at] = other.index();
        }
        return other;
    }

    /** Lends the lowest FREE slot, else the lowest EMPTY one, or none. */
    @Nullable
    Slot<S> lendLow() {
        boolean empty = false;
        for (Slot<S> slot : slots) {
            int state = slot.state();
            if (state == Slot.FREE && slot.lendFrom(Slot.FREE)) {
                return slot;
            }
            empty |= state == Slot.EMPTY;
        }
        if (empty) {
            for (Slot<S> slot : slots) {
                if (slot.lendFrom(Slot.EMPTY)) {
                    return slot;
                }
            }
        }
        return null;
    }

    /** Remembers for this thread the slot that it was given by another. */
    void remember(Slot<S> slot) {
        hints[hintOfThread()] = slot.index();
    }

    /** Whether there is a slot to lend, at the moment each is looked at. */
    boolean anyAtRest() {
        for (Slot<S> slot : slots) {
            int state = slot.state();
            if (state == Slot.FREE || state == Slot.EMPTY) {
                return true;
            }
        }
        return false;
    }

    int count(int state) {
        int count = 0;
        for (Slot<S> slot : slots) {
            if (slot.state() == state) {
                count++;
            }
        }
        return count;
    }

    private static int hintOfThread() {
        return ((int) Thread.currentThread().getId() & HINTS - 1) * HINT_STRIDE + HINT_STRIDE;
    }
}
