package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A borrowed connection whose transaction is in the pool's hands: functions use it one after another, each through a handle
 * of its own, which can neither end the transaction nor give the connection back and is powerless once its function has
 * returned.
 *
 * <p>Belongs to one thread, but for {@link #interrupt} and the abort of a function's handle, which any thread may call at any
 * time. An interrupt announces itself to the session as any call by a second thread does, and an abort claims the borrow, so
 * neither reaches the session's next borrower; and a function can't end meanwhile, so neither reaches the next function or the
 * pool's COMMIT.
 */
public final class UnitOfWork implements AutoCloseable {

    /** Says, before each statement of a function, whether it may still run. */
    @FunctionalInterface
    public interface Permission {
        /**
         * Called on the function's thread.
         *
         * @throws SQLException if nothing may run any more
         */
        void check() throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(UnitOfWork.class);

    private final LentConnection own;
    private final Session session;

    /** Held while a function begins or ends, while its statements are cancelled, and while it takes the connection away. */
    private final Object turn = new Object();

    private @Nullable FunctionLending current;

    UnitOfWork(LentConnection own) {
        this.own = own;
        this.session = own.session();
    }

    /**
     * Lets the pool alone end the transaction, from here to {@link #close}. The driver begins it with the first statement.
     *
     * @throws SQLException if the connection is lost
     */
    public void begin() throws SQLException {
        own.setAutoCommit(false);
    }

    /**
     * Lets each statement of the pool's own commit by itself until {@link #begin}, also where borrowers find auto-commit off.
     *
     * @throws SQLException if the connection is lost
     */
    public void commitEach() throws SQLException {
        if (!session.transaction().isAutoCommit()) {
            own.setAutoCommit(true);
        }
    }

    /**
     * Begins a transaction at once, as an appender needs it, which would else commit by itself.
     *
     * @throws SQLException if it can't begin
     */
    public void beginNow() throws SQLException {
        commitEach();
        Session entered = own.enterWork();
        try {
            entered.transaction().begin();
        } catch (SQLException e) {
            throw own.failed(e);
        } finally {
            entered.exit();
        }
    }

    /**
     * Opens a handle for one function.
     *
     * @param permission asked before each statement
     * @return the handle, until {@link #end}
     */
    public Connection open(Permission permission) {
        FunctionLending lending = new FunctionLending(this, own, permission);
        synchronized (turn) {
            current = lending;
        }
        if (!session.transaction().isAutoCommit()) {
            session.transaction().rights().keep(permission);
        } else {
            session.transaction().rights().permit(permission);
        }
        return new LentConnection(lending, session, own.stamp());
    }

    /**
     * Ends the function's handle and closes what it left open.
     *
     * @return whether another function may use the same connection: this one left no trace that its successor could see
     */
    public boolean end() {
        FunctionLending lending;
        synchronized (turn) {
            lending = current;
            if (lending != null) {
                lending.end();
                current = null;
            }
        }
        session.transaction().rights().release();
        if (!session.open().isEmpty()) {
            closeStatements();
        }
        return !session.isMarked(~Session.MANUAL_COMMIT) && (lending == null || !lending.isShared());
    }

    /** Announced like any call, since the end of a statement must not meet the close of its connection. */
    private void closeStatements() {
        if (!own.tryEnter()) {
            return; // cut off: they end with the session
        }
        try {
            if (!session.open().closeAll()) {
                session.mark(Session.SPENT);
            }
        } finally {
            session.exit();
        }
    }

    /**
     * The connection for the pool's own statements, between functions.
     *
     * @return a handle with all rights
     */
    public Connection connection() {
        return own;
    }

    /**
     * Opens an appender, in the transaction that {@link #beginNow} has begun. Until it is finished or abandoned nothing else uses the
     * connection.
     *
     * @param catalog the table's database; null for the current one
     * @param schema its schema; null for the current one
     * @param table its name
     * @return the appender
     * @throws SQLException if there is no such table, or the connection is lost
     */
    public LentAppender appender(@Nullable String catalog, @Nullable String schema, String table) throws SQLException {
        return new LentAppender(own, catalog, schema, table);
    }

    /**
     * The first error of a statement in this transaction, which therefore can't be committed any more.
     *
     * @return the driver's error; null if there was none
     */
    public @Nullable SQLException firstError() {
        return session.transaction().firstError();
    }

    /**
     * Whether the connection is still there.
     *
     * @throws SQLException if it was taken away, by the end of the pool for one
     */
    public void check() throws SQLException {
        own.check();
        if (session.isMarked(Session.BROKEN | Session.SUSPECT)) {
            throw new SQLNonTransientConnectionException("connection was lost", "08006", firstError());
        }
    }

    /**
     * Commits. An error of the driver is known from its {@link SQLException#getSQLState}: 08007 says that the outcome is
     * unknown.
     *
     * @throws SQLException as {@link Connection#commit}
     */
    public void commit() throws SQLException {
        own.commit();
    }

    /**
     * Rolls back.
     *
     * @throws SQLException as {@link Connection#rollback}
     */
    public void rollback() throws SQLException {
        if (!own.isClosed()) {
            own.rollback();
        }
    }

    /**
     * Cancels what a function runs, but never a COMMIT. From any thread; does nothing when the function has ended.
     *
     * @param function the permission by which it was opened
     */
    public void interrupt(Permission function) {
        if (!own.tryEnter()) {
            return;
        }
        try {
            synchronized (turn) {
                FunctionLending lending = current;
                if (lending == null || !lending.isFor(function)) {
                    return;
                }
                for (Statement statement : session.open().natives()) {
                    session.transaction().commits().cancelQuietly(statement);
                }
            }
        } finally {
            session.exit();
        }
    }

    /**
     * Claims the borrow for the abort by a function, as long as it has not ended: whose turn it is afterwards must not be cut off.
     * From any thread; the close of the connection is left to the caller, since others wait for the lock.
     *
     * @return true if the caller is to discard the session
     */
    boolean claimFor(FunctionLending function) {
        synchronized (turn) {
            return current == function && own.lending().claim(own.stamp());
        }
    }

    /**
     * Gives the connection back; what was not committed is rolled back. It never fails: what was committed is committed, and a
     * connection that can't be given back as it is is closed.
     */
    @Override
    public void close() {
        try {
            if (current != null) {
                end();
            }
            own.close();
        } catch (SQLException | RuntimeException | Error e) { // thrown, it would look as if the work had failed
            warn(e);
        }
    }

    private static void warn(Throwable why) {
        try {
            LOG.warn("a connection could not be given back cleanly", why);
        } catch (RuntimeException | Error e) {
            return; // nor may a log that can't be written look as if the work had failed
        }
    }
}
