package io.github.duckpool.internal.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pool's part in a {@link FileLease}: its wish for the file, its anchor while the file is open, and what it was seen to use.
 *
 * <p>No wish is lost. A borrower queues and then calls {@link #request()}; the lease first takes back that the file is
 * open here, then drains the pool, and looks for waiting borrowers after that. So either the borrower reads that the file is not open and
 * asks, or the lease sees him waiting. Thread-safe where it says so.
 */
final class FileTenancy implements Lease {
    private static final Logger LOG = LoggerFactory.getLogger(FileTenancy.class);

    /** How long a closing pool waits for DuckDB to close; only native code that hangs takes longer. */
    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final FileLease lease;
    private final FileOpener opener;
    private final Tenant tenant;
    private final LeaseTerms terms;
    private final TenancyReports reports;
    private final CountDownLatch gone = new CountDownLatch(1);

    /** Whether borrowers are lent to; written by the lease's thread. */
    private volatile boolean open;

    /** Whether somebody here wants the file to be opened. */
    private volatile boolean asked;

    /** Whether it was asked for ahead of need, so that no waiting borrower has to be seen for it. */
    private volatile boolean eager;

    /** What the pool was given last; another object whenever it is given something, so that late errors can be told apart. */
    private volatile @Nullable OpenDatabase lent;

    /** Left for good; guarded by the lease's lock. */
    private boolean left;

    /** Whether the lease's thread opens, has or closes an anchor for it; guarded by the lease's lock. */
    private boolean held;

    /** The lease's thread's own, as all that follows. */
    private @Nullable OpenDatabase database;

    private long borrowsSeen;
    private long unusedSinceNanos;

    FileTenancy(FileLease lease, LeaseTerms terms, FileOpener opener, Tenant tenant) {
        this.lease = lease;
        this.terms = terms;
        this.opener = opener;
        this.tenant = tenant;
        this.reports = new TenancyReports(lease.file(), terms, tenant);
    }

    @Override
    public void request() {
        if (open || asked) {
            return;
        }
        if (!tenant.wanted()) {
            eager = true;
        }
        asked = true;
        try {
            lease.wished();
        } catch (Throwable noThread) {
            // Others may have counted on this one's wish. To keep it would be no help: nobody is there to see it, and
            // who asks next would think that somebody is.
            fulfilled();
            tenant.failed(LeaseErrors.noThread(terms.poolName(), lease.file(), noThread));
            throw noThread;
        }
    }

    @Override
    public Optional<String> obstacle() {
        return open ? Optional.empty() : Optional.of(lease.obstacle());
    }

    @Override
    public void reopen(OpenDatabase broken, SQLException why) {
        if (broken == lent) {
            lease.reopen(this, why);
        }
    }

    @Override
    public void close() {
        if (!lease.leave(this)) {
            return;
        }
        boolean interrupted = false;
        long deadlineNanos = System.nanoTime() + LEAVE_NANOS;
        while (true) {
            try {
                if (!gone.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn(
                            "{}: {} could not be closed yet ({}); that goes on by itself",
                            terms.poolName(),
                            lease.file(),
                            lease.obstacle());
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    LeaseTerms terms() {
        return terms;
    }

    FileOpener opener() {
        return opener;
    }

    Tenant tenant() {
        return tenant;
    }

    TenancyReports reports() {
        return reports;
    }

    boolean isOpen() {
        return open;
    }

    boolean wishes() {
        return asked;
    }

    /** Forgets a wish that nobody has any more. */
    void reconsider() {
        if (asked && !eager && !tenant.wanted()) {
            asked = false;
            renew();
        }
    }

    /** How long it is worth to try to open the file. */
    long patienceNanos() {
        return tenant.patienceNanos(eager);
    }

    /** From now on only waiting borrowers count. */
    void unlessAhead() {
        eager = false;
    }

    /** Wishes for the file although nobody may wait just now: it was open before. */
    void askAgain() {
        eager = true;
        asked = true;
    }

    /** Wishes for the file if borrowers wait; the lease looks after it has closed. */
    void renew() {
        if (!open && tenant.wanted()) {
            asked = true;
        }
    }

    /** Lends from the database. */
    void opened(OpenDatabase opened, long nowNanos) {
        database = opened;
        lend(opened, nowNanos);
    }

    private void lend(OpenDatabase opened, long nowNanos) {
        lent = opened;
        borrowsSeen = tenant.borrows();
        unusedSinceNanos = nowNanos;
        reports.newSlice();
        open = true;
        fulfilled();
        tenant.opened(opened);
    }

    /** Lends from the database that is still open; a draining was called off. */
    void lendAgain(long nowNanos) {
        OpenDatabase still = database;
        if (still != null) {
            lend(new SameDatabase(still), nowNanos);
        }
    }

    /** Tells everyone who waits that the file can't be opened. */
    void failed(SQLException why) {
        fulfilled();
        tenant.failed(why);
    }

    /** Forgets the wish: it was met, or refused. */
    void fulfilled() {
        asked = false;
        eager = false;
    }

    /** Since when no connection was borrowed, as far as was looked. */
    long unusedSinceNanos(long nowNanos) {
        long borrows = tenant.borrows();
        if (borrows != borrowsSeen || tenant.borrowed() > 0 || tenant.wanted()) {
            borrowsSeen = borrows;
            unusedSinceNanos = nowNanos;
        }
        return unusedSinceNanos;
    }

    /** Lends no more, from before the pool is drained on: see above. */
    void shut() {
        open = false;
    }

    /** Closes the anchor, if there is one. */
    void closeDatabase() {
        OpenDatabase closing = database;
        database = null;
        open = false;
        if (closing != null) {
            close(closing, terms.poolName());
        }
    }

    static void close(OpenDatabase closing, String poolName) {
        try {
            closing.close();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("{}: the database did not close cleanly", poolName, e);
        }
    }

    @Nullable
    OpenDatabase database() {
        return database;
    }

    /** What endangers the pool. */
    @Override
    public Optional<String> fault() {
        return lease.lost();
    }

    /** Makes DuckDB leave the log to whoever opens the file next, instead of a checkpoint at closing. */
    void leaveLog() {
        OpenDatabase endangered = database;
        if (endangered == null) {
            return;
        }
        try (Connection connection = endangered.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA disable_checkpoint_on_shutdown");
        } catch (SQLException | RuntimeException e) {
            LOG.error("{}: DuckDB may write a checkpoint to a file that it has no lock on", terms.poolName(), e);
        }
    }

    void leave() {
        left = true;
        asked = false;
    }

    boolean hasLeft() {
        return left;
    }

    void held(boolean held) {
        this.held = held;
    }

    boolean isHeld() {
        return held;
    }

    /** Lets go of whoever waits in {@link #close()}. */
    void gone() {
        gone.countDown();
    }

    @Override
    public String toString() {
        return terms.poolName();
    }
}
