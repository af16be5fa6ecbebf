package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One place in a {@link BorrowGate}, which holds a session or is empty. Its state word is {@code stamp << 3 | state}; the stamp
 * grows by one with every return, so that whoever kept a stamp of an earlier borrow can't touch the slot any more. (After
 * 2<sup>32</sup> returns a stamp comes round again; a handle that was kept so long and is closed at exactly that borrow is
 * the one case it misses.)
 *
 * <p>Thread-safe as far as the word goes; {@link #install} and {@link #clear} belong to whoever holds the slot exclusively,
 * as a borrower or after a claim. What the holder wrote is seen by the next one, for the word is passed on by volatile
 * compare-and-set.
 *
 * @param <S> the type of the session
 */
public final class Slot<S> extends SlotWord {
    static final int EMPTY = 0;
    static final int FREE = 1;
    static final int LENT = 2;
    /** LENT, and used by more than one thread: only a claim ends it. */
    static final int SHARED = 3;

    static final int LEAVING = 4;
    private static final int STATE_MASK = 7;
    private static final int STATE_BITS = 3;
    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(SlotWord.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int index;
    private @Nullable S session;

    /** Keep the word of the next slot off this one's cache line. */
    long r0, r1, r2, r3, r4, r5, r6, r7;

    Slot(int index) {
        this.index = index;
    }

    /** The place of this slot in its gate, from 0. */
    public int index() {
        return index;
    }

    /**
     * The stamp of the present borrow. For the borrower, once, right after the borrow: until it has called, nobody is shown
     * the slot as lent. Else a slot could be claimed by force and lent again between the borrow and this call, and two
     * borrowers would go on with one stamp.
     */
    public int stamp() {
        int stamp = currentStamp();
        taken = stamp;
        return stamp;
    }

    int currentStamp() {
        return (int) (word >>> STATE_BITS);
    }

    /** Whether the borrow with this stamp holds the slot and knows it. */
    boolean isTaken(int stamp) {
        return taken == stamp && isLent(stamp);
    }

    /** Whether the borrow with this stamp still holds the slot; one volatile read. */
    public boolean isLent(int stamp) {
        return (word | 1) == word(stamp, SHARED);
    }

    /** The session in this slot, or null if the borrower has to install one. For the exclusive holder. */
    public @Nullable S session() {
        return session;
    }

    /** Puts a session into this slot. For the exclusive holder. */
    public void install(S session) {
        this.session = session;
    }

    /** How often this slot was borrowed; exact for the holder, a recent value for anyone else. */
    public long borrows() {
        return borrows;
    }

    int state() {
        return (int) word & STATE_MASK;
    }

    boolean is(int stamp, int state) {
        return word == word(stamp, state);
    }

    void clear() {
        session = null;
    }

    /** Lends the slot if it is in the given state, FREE or EMPTY, at this moment. */
    boolean lendFrom(int state) {
        long seen = word;
        if ((seen & STATE_MASK) == state && WORD.compareAndSet(this, seen, seen - state + LENT)) {
            borrows++;
            return true;
        }
        return false;
    }

    /** Moves from one state to another under the same stamp; false if the slot is elsewhere by now. */
    boolean move(int stamp, int from, int to) {
        return WORD.compareAndSet(this, word(stamp, from), word(stamp, to));
    }

    /** Ends the exclusive hold under this stamp, and with it the stamp. */
    boolean end(int stamp, int from, int to) {
        return WORD.compareAndSet(this, word(stamp, from), word(stamp + 1, to));
    }

    private static long word(int stamp, int state) {
        return Integer.toUnsignedLong(stamp) << STATE_BITS | state;
    }
}
