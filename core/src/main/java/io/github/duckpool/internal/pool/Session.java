package io.github.duckpool.internal.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One native connection, with its cache of prepared statements and all that a borrower may have changed in it.
 *
 * <p>A session belongs to one borrower at a time, who uses it through a handle. What a borrower leaves behind is written
 * down in marks: with no mark and no open statement the session is <em>pristine</em> and goes to the next borrower as it is.
 * Most of its fields are plain and belong to the borrower's thread. When a second thread uses the handle, the count of calls
 * in flight orders its writes before the return: a return from another thread, or of a handle that two threads used, keeps
 * the session only if no call is in flight and no statement is open.
 */
public final class Session {
    /** It must not be lent again: SQL touched it, native objects of it were handed out, or ending a transaction failed. */
    static final int SPENT = 1;

    /** No statement may run on it any more, because it might silently run outside its transaction. */
    static final int BROKEN = 1 << 1;

    /** Auto-commit is not what it was at first. */
    static final int MANUAL_COMMIT = 1 << 2;

    /** Something JDBC keeps per connection was set: read-only hint, network timeout, holdability, client info. */
    static final int SETTINGS = 1 << 3;

    /** An error that might mean that the native connection is gone. */
    static final int SUSPECT = 1 << 4;

    /** A native object was handed out, so that calls may be in flight that nobody counts. */
    static final int HANDED_OUT = 1 << 5;

    /** It is to be replaced when it comes back, because of its age. */
    static final int RETIRED = 1 << 6;

    /** An appender is open, or was not finished; calls in flight may be its own, and none that a cancel ends. */
    static final int APPENDER = 1 << 7;

    private static final int UNFIT = SPENT | BROKEN | SUSPECT | HANDED_OUT | RETIRED | APPENDER;

    private static final VarHandle MARKS;
    private static final VarHandle CALLS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MARKS = lookup.findVarHandle(Session.class, "marks", int.class);
            CALLS = lookup.findVarHandle(Session.class, "calls", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Connection raw;
    private final long createdNanos;
    private final StatementCache statements;
    private final OpenStatements open = new OpenStatements();
    private final Transaction transaction;
    private final InstanceChanges instance;
    private final SessionEnd end = new SessionEnd(this);

    @SuppressWarnings("unused") // by MARKS
    private volatile int marks;

    @SuppressWarnings("unused") // by CALLS
    private volatile int calls;

    private @Nullable BorrowerSettings settings;

    /**
     * Wraps a connection that was just made.
     *
     * @param raw the native connection, nobody else's
     * @param statementCacheSize how many idle prepared statements are kept; 0 keeps none
     * @param createdNanos when it was made, on the pool's clock
     * @param instance what the connection is to
     * @throws SQLException if the connection is closed
     */
    Session(Connection raw, int statementCacheSize, long createdNanos, Instance instance) throws SQLException {
        this.raw = raw;
        this.instance = new InstanceChanges(instance);
        this.createdNanos = createdNanos;
        this.statements = new StatementCache(statementCacheSize);
        this.transaction = new Transaction(this, raw);
    }

    Connection raw() {
        return raw;
    }

    StatementCache statements() {
        return statements;
    }

    OpenStatements open() {
        return open;
    }

    Transaction transaction() {
        return transaction;
    }

    InstanceChanges instance() {
        return instance;
    }

    /** What the borrower set on the connection; made on first use. */
    BorrowerSettings settings() {
        BorrowerSettings present = settings;
        if (present == null) {
            settings = present = new BorrowerSettings();
        }
        return present;
    }

    void mark(int bits) {
        if ((marks & bits) != bits) {
            MARKS.getAndBitwiseOr(this, bits);
        }
    }

    void unmark(int bits) {
        MARKS.getAndBitwiseAnd(this, ~bits);
    }

    boolean isMarked(int bits) {
        return (marks & bits) != 0;
    }

    /** Whether the next borrower could have it this moment, without any work. */
    boolean isPristine() {
        return marks == 0 && open.isEmpty();
    }

    /** Announces a call into the native connection; before the check that the borrow is still the current one. */
    void enter() {
        CALLS.getAndAdd(this, 1);
    }

    /** Ends what {@link #enter} began. */
    void exit() {
        CALLS.getAndAdd(this, -1);
    }

    boolean isCalled() {
        return calls != 0;
    }

    /**
     * Notes what a text of SQL is about to do to the session.
     *
     * @param touch from {@link SessionTouch}
     */
    void touch(int touch) {
        if (touch == SessionTouch.CLEAN) {
            return;
        }
        if ((touch & SessionTouch.TOUCHED) != 0) {
            spend();
        }
        if ((touch & SessionTouch.DDL) != 0) {
            statements.clear();
            transaction.changedCatalog();
        }
    }

    /** The session will not be lent again, and its cached statements might see other tables than before: on to fresh ones. */
    void spend() {
        if (!isMarked(SPENT)) {
            mark(SPENT);
            statements.shut();
        }
    }

    /**
     * Makes the session clean for the next borrower. Called by the thread that claimed the borrow, with no call in flight.
     *
     * @return false if it can't be: then it is to be discarded
     */
    boolean clean() {
        if (isMarked(UNFIT)) {
            return false;
        }
        boolean quiet = open.closeAll();
        if (!quiet || !transaction.endAtReturn() || isMarked(UNFIT)) {
            return false;
        }
        settings = null;
        unmark(MANUAL_COMMIT | SETTINGS);
        return true;
    }

    /**
     * When the connection was made.
     *
     * @return nanoseconds on the pool's clock
     */
    public long createdNanos() {
        return createdNanos;
    }

    /**
     * How many statements were prepared natively.
     *
     * @return a recent value
     */
    public long prepares() {
        return statements.prepares();
    }

    /**
     * How many statements came from the cache.
     *
     * @return a recent value
     */
    public long cacheHits() {
        return statements.hits();
    }

    /** Marks the session to be replaced when it comes back; for threads that do not hold it. */
    public void retire() {
        mark(RETIRED);
    }

    /** Why the database is to be opened again although no call failed; null if it is not. */
    @Nullable
    SQLException aftermath() {
        return transaction.aftermath();
    }

    /**
     * Whether the borrower changed what all sessions of the database share: an attached database, an instance-wide setting.
     *
     * @return true if {@link #restoreInstance} has work to do
     */
    public boolean changedInstance() {
        return instance.any();
    }

    /**
     * Puts back what the borrower changed for all sessions: detaches what it attached, restores settings of the instance. What
     * another borrower counts on stays until that one returns.
     *
     * @param fresh a connection that no borrower has touched
     * @throws SQLException if something could not be put back; the rest was
     */
    public void restoreInstance(Connection fresh) throws SQLException {
        instance.restore(fresh);
    }

    /** Ends the borrower's part in what all sessions share: it was put back, or that is not possible. */
    void leaveInstance() {
        instance.end();
    }

    /**
     * Closes the native connection, once: on this thread if nothing can hold it up, or else by the executor. A close waits
     * for the call in flight while DuckDB binds or plans it, which can take for ever; it never cuts a COMMIT short, because
     * an interrupted COMMIT reports failure for what is durable.
     *
     * @param offThread runs the close when it might block; a thread of its own does where this refuses it
     * @return completes when the connection is closed, exceptionally if closing failed; every call returns the same end
     */
    public CompletionStage<Void> destroy(Executor offThread) {
        return end.begin(offThread);
    }

    /** Takes over a result that nobody will close, and that keeps the database open until somebody does. */
    void abandon(ResultSet rows) {
        end.abandon(rows);
    }
}
