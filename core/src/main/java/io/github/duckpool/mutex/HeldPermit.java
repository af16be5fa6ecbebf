package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A permit that was free when it was asked for. In a line with a single permit this object is the line's state while nobody waits, so that
 * one compare-and-set both ends the hold and finds out that it was not ended before.
 *
 * <p>That fails in two cases which look alike: somebody got in line (the state was <em>covered</em>), or another thread closed
 * this same permit a moment ago. They are told apart here: whoever covers the permit says so afterwards, and if by then
 * a close has passed, passes the permit on in its place. The close that came second in a race of two leaves its wish too, but then nobody
 * ever covers the permit, and nothing comes of it.
 */
final class HeldPermit implements Permit {
    private static final int HELD = 0;
    private static final int COVERED = 1;
    private static final int CLOSE_WISHED = 2;
    private static final int CLOSED = 3;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(HeldPermit.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PermitLine line;

    @SuppressWarnings("UnusedVariable") // by its handle
    private volatile int state;

    HeldPermit(PermitLine line) {
        this.line = line;
    }

    @Override
    public void close() {
        if (!line.single) {
            if (STATE.compareAndSet(this, HELD, CLOSED)) {
                line.release();
            }
        } else if (line.uncover(this)) {
            STATE.setOpaque(this, CLOSED);
        } else if (!STATE.compareAndSet(this, HELD, CLOSE_WISHED) && STATE.compareAndSet(this, COVERED, CLOSED)) {
            line.release();
        }
    }

    /** Somebody waits on top of this permit, by the caller's doing. */
    void cover() {
        if (!STATE.compareAndSet(this, HELD, COVERED)) {
            line.release();
        }
    }

    @Override
    public String toString() {
        return "Permit of " + line;
    }
}
