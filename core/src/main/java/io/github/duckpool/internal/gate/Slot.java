package io.github.duckpool.internal.gate;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One place in a {@link BorrowGate}, which holds a session or is empty. Its state word is {@code stamp << 3 | state}; the stamp
 * grows by one with every return, so that whoever kept a stamp of an earlier borrow can't touch the slot any more.
 *
 * <p>Thread-safe as far as the word goes; {@link #install} and {@link #clear} belong to whoever holds the slot exclusively,
 * as a borrower or after a claim.
 *
 * @param <S> the type of the session
 */
public final class Slot<S> {
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
            WORD = MethodHandles.lookup().findVarHandle(Slot.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int index;
    private volatile int word;
    private @Nullable S session;
    private long borrows;

    Slot(int index) {
        this.index = index;
    }

    /** The place of this slot in its gate, from 0. */
    public int index() {
        return index;
    }

    /** The current stamp; a borrower reads it once, right after the borrow, and keeps it. */
    public int stamp() {
        return word >>> STATE_BITS;
    }

    /** Whether the borrow with this stamp still holds the slot; one volatile read. */
    public boolean isLent(int stamp) {
        return (word | 1) == (stamp << STATE_BITS | SHARED);
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
        return word & STATE_MASK;
    }

    boolean is(int stamp, int state) {
        return word == (stamp << STATE_BITS | state);
    }

    void clear() {
        session = null;
    }

    void countBorrow() {
        borrows++;
    }

    /** Moves from one state to another under the same stamp; false if the slot is elsewhere by now. */
    boolean move(int stamp, int from, int to) {
        return WORD.compareAndSet(this, stamp << STATE_BITS | from, stamp << STATE_BITS | to);
    }

    /** Ends the exclusive hold under this stamp, and with it the stamp. */
    boolean end(int stamp, int from, int to) {
        return WORD.compareAndSet(this, stamp << STATE_BITS | from, (stamp + 1) << STATE_BITS | to);
    }
}
