package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.wait.FirstError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transaction of a session, as JDBC promises it. It makes up for what the driver leaves out:
 * <ul>
 *   <li>committing an aborted transaction returns normally there, and the work is lost: here the first error of a
 *       transaction is remembered, and the commit rolls back and fails with it;
 *   <li>after a failed commit the driver believes in a transaction that is over, and further statements commit by
 *       themselves: here that belief is corrected at once, and the session is not lent again;
 *   <li>{@code rollback()} without a transaction is refused there, and does nothing here;
 *   <li>a COMMIT that is interrupted reports failure although the data is durable: here nothing cancels while one runs;
 *   <li>a COMMIT that succeeded reports failure when the checkpoint after it fails: here it returns normally, because whoever
 *       is told of a failure does the work again. The session is not lent again, and the database is opened anew.
 * </ul>
 *
 * <p>Belongs to the borrower's thread, but for its {@link #commits() lock}.
 */
final class Transaction {
    private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

    /** A call that runs inside a transaction of its own. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    /** A call that ends a transaction. */
    @FunctionalInterface
    private interface Step {
        void take() throws SQLException;
    }

    private final Session session;
    private final Connection raw;
    private final boolean autoCommitAtFirst;

    private final CommitLock commits = new CommitLock();
    private final FunctionRights rights = new FunctionRights();

    private boolean autoCommit;

    /** Something may have run since the last commit or rollback. */
    private boolean active;

    /** It was begun by SQL while in auto-commit mode. */
    private boolean bySql;

    /** With auto-commit off: it is known that the driver has begun the transaction. False where that is not known. */
    private boolean begun;

    private boolean changedCatalog;
    private @Nullable SQLException firstError;

    /** What went wrong after a COMMIT that is durable all the same. */
    private @Nullable SQLException aftermath;

    Transaction(Session session, Connection raw) throws SQLException {
        this.session = session;
        this.raw = raw;
        this.autoCommitAtFirst = raw.getAutoCommit();
        this.autoCommit = autoCommitAtFirst;
    }

    boolean isAutoCommit() {
        return autoCommit;
    }

    /** Whether what runs now is part of a transaction that a later commit ends. */
    boolean isOpenEnded() {
        return !autoCommit || bySql;
    }

    /** Begins a transaction at once. */
    void begin() throws SQLException {
        // First, since an error of its statement's close leaves a transaction open too.
        session.mark(Session.MANUAL_COMMIT);
        begunBySql();
        try (Statement statement = raw.createStatement()) {
            statement.execute("BEGIN TRANSACTION");
        }
    }

    /**
     * Has the driver begin the transaction that is due, before it sees the use of a native object: it would only do so with the first
     * statement, and what an appender writes until then is committed at once. Not where a result shows that one was begun: what is
     * prepared here would end a result that streams. Until it is used the transaction has no snapshot and is in no checkpoint's way,
     * but its {@code now()} is the time of this call.
     */
    void beginForNatives() throws SQLException {
        if (!autoCommit && firstError == null && !begun) {
            try {
                raw.prepareStatement("SELECT 1").close();
                begun = true;
            } catch (SQLException e) {
                // The driver now believes in a transaction that there is not: 2.0 begins none while an older result
                // streams.
                session.mark(Session.BROKEN);
                throw e;
            }
        }
    }

    /**
     * The same where a transaction has ended, for native objects that were given away before. Nothing cancels meanwhile. It never
     * fails, since what was committed is committed; but then nothing may run any more that would be outside of a transaction.
     */
    private void beginAgainForNatives() {
        if (!session.isMarked(Session.HANDED_OUT)) {
            return;
        }
        try {
            commits.<@Nullable Void>during(() -> {
                beginForNatives();
                return null;
            });
        } catch (SQLException | RuntimeException e) {
            session.mark(Session.BROKEN);
            LOG.warn("no transaction could be begun for the native objects of a connection", e);
        }
    }

    /** Notes that a statement has given a result, and so has begun the transaction if auto-commit is off. */
    void gaveResult() {
        if (!autoCommit) {
            begun = true;
        }
    }

    CommitLock commits() {
        return commits;
    }

    FunctionRights rights() {
        return rights;
    }

    /** Why the database is to be opened again although what was committed is durable; null if it is not. */
    @Nullable
    SQLException aftermath() {
        return aftermath;
    }

    @Nullable
    SQLException firstError() {
        return firstError;
    }

    /** Notes that something is about to run; the driver then begins a transaction if auto-commit is off. */
    void activate() {
        if (!active && isOpenEnded()) {
            active = true;
            session.mark(Session.MANUAL_COMMIT);
        }
    }

    /** Notes DDL: what is prepared before the transaction ends may depend on tables that a rollback takes away. */
    void changedCatalog() {
        if (isOpenEnded() && !changedCatalog) {
            changedCatalog = true;
            session.statements().shut();
        }
    }

    /** Notes that SQL began, or may have begun, a transaction in auto-commit mode. */
    void begunBySql() {
        bySql = autoCommit;
        active = true;
    }

    /** Notes that SQL ended a transaction that SQL began. */
    void endedBySql() {
        bySql = false;
        ended();
    }

    /** Notes that a statement failed; only the first one of a transaction matters. */
    void failed(SQLException e) {
        if (firstError == null && isOpenEnded() && !(e instanceof SQLFeatureNotSupportedException)) {
            firstError = e;
        }
    }

    boolean isDoomed() {
        return firstError != null;
    }

    void setAutoCommit(boolean on) throws SQLException {
        if (on == autoCommit) {
            return;
        }
        rights.refuseIfKept("setAutoCommit(" + on + ")");
        if (!on) {
            if (bySql) {
                throw new SQLException(
                        "a transaction that SQL began is active: end it before setAutoCommit(false)", "25001");
            }
            raw.setAutoCommit(false);
            autoCommit = false;
            session.mark(Session.MANUAL_COMMIT);
            if (session.isMarked(Session.HANDED_OUT)) {
                beginForNatives();
            }
            return;
        }
        SQLException doom = firstError;
        if (doom != null) {
            rollbackNow();
        }
        if (!autoCommitAtFirst) {
            session.mark(Session.MANUAL_COMMIT); // first: the next borrower is to find it off, whatever the step does
        }
        autoCommit = true;
        commitBy(() -> raw.setAutoCommit(true));
        if (autoCommitAtFirst) {
            session.unmark(Session.MANUAL_COMMIT);
        }
        if (doom != null) {
            throw NativeErrors.rolledBackFor(doom);
        }
    }

    void commit() throws SQLException {
        rights.refuseIfKept("commit()");
        if (!isOpenEnded()) {
            throw new SQLException("commit() needs a transaction, and the connection is in auto-commit mode", "25000");
        }
        SQLException doom = firstError;
        if (doom != null) {
            rollbackNow();
            throw NativeErrors.rolledBackFor(doom);
        }
        if (active || session.isMarked(Session.HANDED_OUT)) {
            commitBy(raw::commit);
        }
    }

    private void commitBy(Step step) throws SQLException {
        commits.<@Nullable Void>during(() -> {
            try {
                step.take();
                endedBySql();
            } catch (SQLException e) {
                failedAtCommit(e);
            }
            return null;
        });
        beginAgainForNatives();
    }

    private void failedAtCommit(SQLException e) throws SQLException {
        session.spend();
        repair();
        if (NativeErrors.kind(e) != Kind.COMMITTED) {
            throw NativeErrors.translateCommit(e);
        }
        LOG.warn("a transaction was committed and is durable, but the checkpoint after it failed", e);
        session.mark(Session.SUSPECT);
        aftermath = e;
    }

    void rollback() throws SQLException {
        rights.refuseIfKept("rollback()");
        if (active || firstError != null || session.isMarked(Session.SPENT | Session.HANDED_OUT)) {
            rollbackNow();
        }
    }

    private void rollbackNow() throws SQLException {
        try {
            raw.rollback();
            endedBySql();
            beginAgainForNatives();
        } catch (SQLException e) {
            boolean none = NativeErrors.isNoTransaction(e);
            repair();
            if (!none) {
                session.mark(Session.SPENT);
                throw e;
            }
        }
    }

    /** Runs work that is one transaction in auto-commit mode, so that an error of its COMMIT is seen as what it is. */
    <T extends @Nullable Object> T inOne(Work<T> work) throws SQLException {
        if (isOpenEnded()) {
            return work.run();
        }
        raw.setAutoCommit(false);
        T result;
        try {
            result = work.run();
        } catch (SQLException | RuntimeException | Error e) {
            try {
                raw.rollback();
                raw.setAutoCommit(true);
            } catch (SQLException e2) {
                repair();
                session.mark(Session.SPENT);
                FirstError.suppress(e, e2);
            }
            throw e;
        }
        commitBy(raw::commit);
        try {
            raw.setAutoCommit(true);
        } catch (SQLException e) {
            session.mark(
                    Session.SPENT | Session.BROKEN); // the work is durable, and whoever did it is told nothing else
        }
        return result;
    }

    /** Ends the borrow's transaction without its work, and restores auto-commit. False if the session is of no more use. */
    boolean endAtReturn() {
        try {
            if (active || firstError != null) {
                raw.rollback();
                endedBySql();
            }
            if (autoCommit != autoCommitAtFirst) {
                raw.setAutoCommit(autoCommitAtFirst);
                autoCommit = autoCommitAtFirst;
            }
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private void ended() {
        active = false;
        begun = false;
        firstError = null;
        if (changedCatalog) {
            changedCatalog = false;
            session.statements().clear();
            if (!session.isMarked(Session.SPENT)) {
                session.statements().reopen();
            }
        }
    }

    /**
     * Makes the driver forget a transaction that is over: it only does so after a rollback that succeeds, and that needs a
     * transaction to roll back. Without this, later statements would commit by themselves.
     */
    private void repair() {
        endedBySql();
        try {
            try (Statement begin = raw.createStatement()) {
                begin.execute("BEGIN TRANSACTION");
            } catch (SQLException e) {
                // One is still active; the rollback ends that.
            }
            raw.rollback();
            raw.setAutoCommit(autoCommit);
            beginAgainForNatives();
        } catch (SQLException e) {
            session.mark(Session.BROKEN);
        }
    }
}
