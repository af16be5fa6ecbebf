package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.Slot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One slot's lending: the way back from a handle into the pool, and the notes on who borrowed the slot. The notes are plain
 * fields, written by the borrower and read by reports, which may see a borrow too late but never need it to be exact.
 */
final class SlotLending extends LendingNotes implements Lending {
    private static final VarHandle HELD_STAMP;

    static {
        try {
            HELD_STAMP = MethodHandles.lookup().findVarHandle(LendingNotes.class, "heldStamp", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ConnectionPool pool;
    private final Slot<Session> slot;

    private int reportedStamp = -1;
    private @Nullable End end;
    private volatile @Nullable FirstUser firstUser;

    /** Keep the notes off the cache lines of whatever lies behind. */
    long r0, r1, r2, r3, r4, r5, r6, r7;

    /** Who was the first to use what a future handed over. */
    private record FirstUser(int stamp, Thread thread) {}

    /** Why the borrow with this stamp was ended by force. */
    private record End(int stamp, String reason) {}

    SlotLending(ConnectionPool pool, Slot<Session> slot) {
        this.pool = pool;
        this.slot = slot;
    }

    /**
     * Notes a borrow, by the coarse clock, and who asked for it. What is noted already is left alone: a store would take the cache line
     * from the threads that read it or its neighbours, and of a reference it costs the garbage collector's barrier, more than
     * all the rest of a borrow.
     */
    void borrowed(Thread asker, @Nullable BorrowStack stack) {
        if (borrower != asker) {
            borrower = asker;
        }
        long now = CoarseClock.nowNanos();
        if (borrowedNanos != now) {
            borrowedNanos = now;
        }
        if (this.stack != stack) {
            this.stack = stack;
        }
    }

    private void returned() {
        long now = CoarseClock.nowNanos();
        if (returnedNanos != now) {
            returnedNanos = now;
        }
    }

    /** Notes that the borrower uses the connection itself, and not whoever got a future's handle. After {@link #borrowed}. */
    void heldByBorrower(int stamp) {
        HELD_STAMP.setRelease(this, stamp);
    }

    /** One record, so that stamp and thread belong together, whoever reads it. */
    @Override
    public void heldBy(int stamp, Thread user) {
        firstUser = new FirstUser(stamp, user);
    }

    /** The thread that holds the connection under this stamp; null if that is not known, or not yet. Exact for its own. */
    @Nullable
    Thread holder(int stamp) {
        if ((int) HELD_STAMP.getAcquire(this) == stamp) {
            return borrower;
        }
        FirstUser user = firstUser;
        return user != null && user.stamp() == stamp ? user.thread() : null;
    }

    @Override
    public boolean isLent(int stamp) {
        return slot.isLent(stamp);
    }

    @Override
    public boolean giveBack(int stamp) {
        returned();
        return pool.gate().giveBack(slot, stamp);
    }

    @Override
    public boolean share(int stamp) {
        return pool.gate().share(slot, stamp);
    }

    @Override
    public boolean claim(int stamp) {
        return pool.gate().claim(slot, stamp);
    }

    @Override
    public void recycle() {
        returned();
        pool.gate().recycle(slot);
    }

    @Override
    public void discard(Session session, @Nullable Throwable why) {
        pool.dispose(slot, why);
    }

    @Override
    public void fatal(Session session, SQLException why) {
        pool.fatal(session, why);
    }

    @Override
    public @Nullable String whyEnded(int stamp) {
        End noted = end;
        return noted != null && noted.stamp() == stamp ? noted.reason() : null;
    }

    /** Notes why a borrow is about to be ended by force; whoever sees that it has ended sees this. */
    void noteEnd(int stamp, String reason) {
        end = new End(stamp, reason);
    }

    /** It ended by itself meanwhile. */
    void forgetEnd(int stamp) {
        if (whyEnded(stamp) != null) {
            end = null;
        }
    }

    Slot<Session> slot() {
        return slot;
    }

    long borrowedNanos() {
        return borrowedNanos;
    }

    long returnedNanos() {
        return returnedNanos;
    }

    @Nullable
    Thread borrower() {
        return borrower;
    }

    @Nullable
    BorrowStack stack() {
        return stack;
    }

    /** Whether this borrow was not reported as a leak before; notes that it now is. */
    boolean firstReport(int stamp) {
        if (reportedStamp == stamp) {
            return false;
        }
        reportedStamp = stamp;
        return true;
    }
}
