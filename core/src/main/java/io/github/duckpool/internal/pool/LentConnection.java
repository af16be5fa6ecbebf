package io.github.duckpool.internal.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a borrower holds: a connection that is theirs until they close it, and powerless afterwards.
 *
 * <p>Every call asks the slot whether the borrow is still the current one, so a handle never reaches a session that was lent
 * again. The race that this alone would lose is a thread that has passed the check and not yet made its call when another
 * thread returns the session. Two things guard against it. A call first announces itself in the session, then checks; a
 * return by another thread first ends the borrow, then looks for announced calls, and finds one or has made the check fail.
 * And since the owner returns in one step, without looking, a thread that is not the owner first marks the borrow as
 * shared, which makes that one step fail. The owner is the thread that borrowed, or the first to use a handle from a future.
 *
 * <p>Like any JDBC connection it is for one thread at a time; closing, {@link #abort} and {@link Statement#cancel} are safe
 * from any.
 */
public final class LentConnection extends ConnectionStatements {
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(LentConnection.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Lending lending;
    private final Session session;
    private final int stamp;
    private @Nullable Thread owner;
    private volatile boolean shared;

    private LentConnection(Lending lending, Session session, int stamp, @Nullable Thread owner) {
        this.lending = lending;
        this.session = session;
        this.stamp = stamp;
        this.owner = owner;
    }

    /**
     * A handle for a borrow by the current thread.
     *
     * @param lending the slot that lends
     * @param session the session in the slot
     * @param stamp the stamp of this borrow
     */
    public LentConnection(Lending lending, Session session, int stamp) {
        this(lending, session, stamp, Thread.currentThread());
    }

    /**
     * A handle for a borrow that a future hands over: it belongs to the thread that uses it first.
     *
     * @param lending the slot that lends
     * @param session the session in the slot
     * @param stamp the stamp of this borrow
     * @return the handle
     */
    public static LentConnection forFirstUser(Lending lending, Session session, int stamp) {
        return new LentConnection(lending, session, stamp, null);
    }

    @Override
    Session enter() throws SQLException {
        if (!tryEnter()) {
            throw closed();
        }
        return session;
    }

    boolean tryEnter() {
        session.enter();
        if (isMine() ? lending.isLent(stamp) : shareNow()) {
            return true;
        }
        session.exit();
        return false;
    }

    private boolean isMine() {
        Thread me = Thread.currentThread();
        return owner == me || (owner == null && becomeOwner(me));
    }

    private boolean becomeOwner(Thread me) {
        boolean first = OWNER.compareAndSet(this, null, me);
        if (first) {
            lending.heldBy(stamp, me);
        }
        return first;
    }

    boolean shareNow() {
        // Set first: whoever finds the slot shared finds this set.
        shared = true;
        return lending.share(stamp);
    }

    @Override
    Session enterWork() throws SQLException {
        Session entered = enter();
        if (entered.isMarked(Session.BROKEN)) {
            entered.exit();
            throw new SQLNonTransientConnectionException(
                    "connection can't be used any more: its last transaction could not be ended", "08006");
        }
        try {
            entered.transaction().rights().check();
        } catch (SQLException | RuntimeException | Error e) {
            entered.exit();
            throw e;
        }
        entered.transaction().activate();
        return entered;
    }

    @Override
    void check() throws SQLException {
        if (!lending.isLent(stamp)) {
            throw closed();
        }
    }

    @Override
    <T extends @Nullable Object> T ask(Call<Connection, T> call) throws SQLException {
        Session entered = enterWork();
        try {
            return call.on(entered.raw());
        } catch (SQLException e) {
            entered.transaction().failed(e);
            throw failed(e);
        } catch (RuntimeException e) {
            throw unchecked(e);
        } finally {
            entered.exit();
        }
    }

    @Override
    SQLException failed(SQLException e) {
        if (!lending.isLent(stamp)) {
            SQLException closed = closed();
            closed.initCause(e);
            return closed;
        }
        if (NativeErrors.isFatal(e)) {
            session.mark(Session.SUSPECT);
            lending.fatal(session, e);
        }
        return NativeErrors.translate(e);
    }

    /** The driver has many ways to stumble over a connection that was closed under a call; any other is no state to go on from. */
    @Override
    SQLException unchecked(RuntimeException e) {
        session.mark(Session.SPENT);
        if (lending.isLent(stamp)) {
            throw e;
        }
        SQLException closed = closed();
        closed.initCause(e);
        return closed;
    }

    private SQLException closed() {
        return closed("connection");
    }

    /** What to throw for the use of a part of this connection, or of itself, that is closed; whoever was cut off is told why. */
    SQLException closed(String what) {
        String why = lending.whyEnded(stamp);
        return why == null
                ? NativeErrors.closed(what)
                : new SQLNonTransientConnectionException("connection was cut off: " + why, "08006");
    }

    @Override
    LentConnection self() {
        return this;
    }

    @Override
    Session session() {
        return session;
    }

    Lending lending() {
        return lending;
    }

    int stamp() {
        return stamp;
    }

    @Override
    public void close() throws SQLException {
        boolean mine = owner == Thread.currentThread();
        if (mine && session.isPristine() && lending.giveBack(stamp)) {
            return;
        }
        if (!lending.claim(stamp)) {
            return;
        }
        boolean alone = mine && !shared;
        if (!alone && (session.isCalled() || !session.open().isEmpty())) {
            discard(null);
            return;
        }
        boolean clean;
        try {
            if (!alone) {
                // Another thread may have set something on a statement after its owner had put it in order for the
                // cache.
                session.statements().clear();
            }
            clean = session.clean();
        } catch (RuntimeException | Error e) {
            discard(e);
            throw e;
        }
        if (clean) {
            lending.recycle();
        } else {
            lending.discard(session, null);
        }
    }

    private void discard(@Nullable Throwable why) {
        lending.discard(session, why);
    }

    /**
     * Ends the borrow at once, whatever runs on the connection. An executor that refuses to close it, because it is shut down,
     * is not needed for that: the connection is closed on a thread of the pool's.
     */
    @Override
    public void abort(Executor executor) throws SQLException {
        if (executor == null) {
            throw new SQLException("abort needs an executor, was null", "22023");
        }
        SQLException why = new SQLException("connection was aborted by its borrower");
        if (lending.claimToAbort(stamp)) {
            try {
                session.destroy(executor);
            } finally {
                discard(why);
            }
        }
    }

    @Override
    public boolean isClosed() {
        return !lending.isLent(stamp);
    }

    /** Costs no query: a connection to an embedded database is valid until an error said otherwise. */
    @Override
    public boolean isValid(int timeoutSeconds) throws SQLException {
        if (timeoutSeconds < 0) {
            throw new SQLException("timeout must be at least 0 seconds, was " + timeoutSeconds, "22023");
        }
        return lending.isLent(stamp)
                && !session.isMarked(Session.BROKEN | Session.SUSPECT)
                && !session.raw().isClosed();
    }

    /**
     * Gives the native connection for what JDBC has no words for, appenders and Arrow. The session is closed when it comes
     * back. Close appenders before the connection: what one still holds then is lost or written, and no error tells.
     */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            check();
            return type.cast(this);
        }
        return handOut(() -> session.raw().unwrap(type));
    }

    /** Gives a native object away: its user may do with the session what nobody sees. */
    <T extends @Nullable Object> T handOut(Transaction.Work<T> unwrapping) throws SQLException {
        Session entered = enterWork();
        try {
            T found = unwrapping.run();
            entered.mark(Session.HANDED_OUT);
            entered.spend();
            entered.transaction().beginForNatives();
            return found;
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            entered.exit();
        }
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        check();
        return type.isInstance(this) || session.raw().isWrapperFor(type);
    }

    @Override
    public String toString() {
        return "connection " + stamp + (isClosed() ? ", closed" : " on " + session.raw());
    }
}
