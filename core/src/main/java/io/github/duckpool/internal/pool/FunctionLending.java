package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The lending as a function of a {@link UnitOfWork} sees it: of one borrow several functions have a handle, one after another, and none
 * of them can give it back. Thread-safe.
 */
final class FunctionLending implements Lending {
    private final UnitOfWork unit;
    private final LentConnection own;
    private final UnitOfWork.Permission permission;
    private volatile boolean over;
    private volatile boolean shared;

    FunctionLending(UnitOfWork unit, LentConnection own, UnitOfWork.Permission permission) {
        this.unit = unit;
        this.own = own;
        this.permission = permission;
    }

    /** Whether its function was begun by this permission. */
    boolean isFor(UnitOfWork.Permission function) {
        return permission == function;
    }

    /** The function has returned: its handle is powerless from here on. */
    void end() {
        over = true;
    }

    /** Whether a second thread has used the handle. */
    boolean isShared() {
        return shared;
    }

    @Override
    public boolean isLent(int stamp) {
        return !over && !own.isClosed();
    }

    /** What took the connection from the pool's own handle took it from the function. */
    @Override
    public @Nullable String whyEnded(int stamp) {
        return own.lending().whyEnded(own.stamp());
    }

    /** Passed on to the pool's own handle, which must know when it gives the session back. */
    @Override
    public boolean share(int stamp) {
        shared = true;
        return !over && own.shareNow();
    }

    /** Closing the handle is the pool's. */
    @Override
    public boolean giveBack(int stamp) {
        return false;
    }

    /** Closing the handle is the pool's. */
    @Override
    public boolean claim(int stamp) {
        return false;
    }

    @Override
    public boolean claimToAbort(int stamp) {
        return unit.claimFor(this);
    }

    @Override
    public void recycle() {
        throw new IllegalStateException("a function's handle claims nothing, so there is nothing to recycle");
    }

    /** Ends what {@link #claimToAbort} has claimed, which is the pool's own borrow. */
    @Override
    public void discard(Session session, @Nullable Throwable why) {
        own.lending().discard(session, why);
    }

    @Override
    public void fatal(Session session, SQLException why) {
        own.lending().fatal(session, why);
    }
}
