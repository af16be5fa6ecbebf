package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.GateClosedException;
import io.github.duckpool.internal.gate.Slot;
import io.github.duckpool.internal.lease.Lease;
import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.lease.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool proper: a {@link BorrowGate} whose slots hold sessions, filled from the database that the {@link Lease} has opened.
 *
 * <p>Invariants. A session is in exactly one slot, or being made or destroyed by the thread that owns the slot. While a slot
 * is lent or leaving, the database it came from stays open, because {@link #drain()} completes only when every slot is empty.
 * The gate is suspended exactly while no database is open, so a borrower never looks for one: it waits in line, and the lease
 * hears of it through {@link Lease#request()} after it queued. Thread-safe.
 */
public final class ConnectionPool implements Tenant {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

    private static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PoolSettings settings;
    private final BorrowGate<Session> gate;
    private final SlotLending[] lendings;
    private final SessionLife life;
    private final Lease lease;
    private final PoolThreads threads;
    private final BorrowReport report;
    private final boolean tracksLeaks;
    private final LongAdder timeouts = new LongAdder();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch closedCompletely = new CountDownLatch(1);

    private volatile @Nullable OpenDatabase database;

    /**
     * Makes a pool without connections; the first borrower makes it ask for the database.
     *
     * @param settings the checked settings
     * @param lease makes the lease for this tenant; the tenant must not be called before this constructor has returned
     * @param threads runs what must not run on a borrower's or a releaser's thread; closed with the pool
     */
    public ConnectionPool(PoolSettings settings, Function<Tenant, Lease> lease, PoolThreads threads) {
        this.settings = settings;
        this.threads = threads;
        this.tracksLeaks = settings.leakThresholdNanos() > 0;
        this.lease = lease.apply(this);
        this.gate = new BorrowGate<>(
                settings.maxSize(),
                settings.overtakingNanos(),
                System::nanoTime,
                slot -> dispose(slot, null),
                this.lease::request);
        this.lendings = new SlotLending[settings.maxSize()];
        for (int i = 0; i < lendings.length; i++) {
            lendings[i] = new SlotLending(this, gate.slot(i));
        }
        this.life = new SessionLife(settings, this::openDatabase, threads);
        this.report = new BorrowReport(settings, gate, lendings, this.lease);
        gate.suspend();
    }

    /** Begins housekeeping, and opens the database at once if connections are to be kept ready. */
    public void start() {
        CoarseClock.use();
        threads.every(Housekeeping.periodNanos(settings), new Housekeeping(settings, this));
        if (settings.minIdle() > 0) {
            lease.request();
        }
    }

    /**
     * Borrows a connection, in arrival order.
     *
     * @param timeoutNanos how long to wait at most
     * @return a handle to close after use
     * @throws SQLException if none came free in time, the pool is closed, the thread was interrupted, or the database can't
     *     be opened
     */
    public Connection borrow(long timeoutNanos) throws SQLException {
        Slot<Session> slot = gate.tryBorrow();
        return lend(slot != null ? slot : await(timeoutNanos));
    }

    private Slot<Session> await(long timeoutNanos) throws SQLException {
        long startNanos = System.nanoTime();
        try {
            return gate.borrow(timeoutNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw report.interrupted(System.nanoTime() - startNanos, e);
        } catch (TimeoutException e) {
            timeouts.increment();
            throw report.timedOut(timeoutNanos, System.nanoTime() - startNanos);
        } catch (GateClosedException | ExecutionException e) {
            throw report.translate(e, timeoutNanos, System.nanoTime() - startNanos);
        }
    }

    /**
     * Borrows a connection without blocking the caller. Cancelling the future leaves the line; a connection that nobody takes
     * any more goes back by itself.
     *
     * @param timeoutNanos how long to wait in line at most
     * @return completes with a handle, or with what {@link #borrow(long)} throws; continuations of a future that had to wait
     *     run on the pool's threads
     */
    public CompletableFuture<Connection> borrowAsync(long timeoutNanos) {
        Slot<Session> slot = gate.tryBorrow();
        CompletableFuture<Connection> result = new CompletableFuture<>();
        if (slot != null && slot.session() != null) {
            deliver(slot, result);
            return result;
        }
        if (slot != null) {
            threads.execute(() -> deliver(slot, result));
            return result;
        }
        long startNanos = System.nanoTime();
        CompletableFuture<Slot<Session>> place = gate.borrowAsync(timeoutNanos);
        place.whenComplete((granted, error) -> {
            if (granted != null) {
                threads.execute(() -> deliver(granted, result));
            } else if (!result.isDone()) {
                if (error instanceof TimeoutException) {
                    timeouts.increment();
                }
                SQLException why = report.translate(error, timeoutNanos, System.nanoTime() - startNanos);
                threads.execute(() -> result.completeExceptionally(why));
            }
        });
        result.whenComplete((connection, error) -> {
            if (error != null) {
                place.cancel(false);
            }
        });
        return result;
    }

    private void deliver(Slot<Session> slot, CompletableFuture<Connection> result) {
        Connection lent;
        try {
            lent = lend(slot);
        } catch (SQLException | RuntimeException | Error e) {
            result.completeExceptionally(e);
            return;
        }
        if (!result.complete(lent)) {
            AnchoredDatabase.closeAfter(lent, new SQLException("nobody waits for this connection any more"));
        }
    }

    private Connection lend(Slot<Session> slot) throws SQLException {
        Session session = slot.session();
        if (session == null) {
            session = fill(slot);
        }
        SlotLending lending = lendings[slot.index()];
        lending.borrowed(tracksLeaks ? new BorrowStack() : null);
        return new LentConnection(lending, session, slot.stamp());
    }

    private Session fill(Slot<Session> slot) throws SQLException {
        try {
            Session session = life.make();
            slot.install(session);
            return session;
        } catch (SQLException | RuntimeException | Error e) {
            gate.claim(slot, slot.stamp());
            gate.vacate(slot);
            throw e;
        }
    }

    /** Destroys the session of a slot that this thread owns, and frees the slot for a new one. */
    void dispose(Slot<Session> slot, @Nullable Throwable why) {
        Session session = slot.session();
        try {
            if (session != null) {
                life.destroy(session, why);
            }
        } finally {
            gate.vacate(slot);
        }
    }

    /** The database is dead for every connection: it is drained and opened again. */
    void fatal(SQLException why) {
        lease.reopen(why);
    }

    boolean isOpen() {
        return database != null;
    }

    Session make() throws SQLException {
        return life.make();
    }

    BorrowGate<Session> gate() {
        return gate;
    }

    SlotLending lending(int index) {
        return lendings[index];
    }

    private OpenDatabase openDatabase() throws SQLException {
        OpenDatabase open = database;
        if (open == null) {
            throw new SQLException(settings.name() + ": the database is not open", "08003");
        }
        return open;
    }

    @Override
    public void opened(OpenDatabase opened) {
        database = opened;
        gate.resume();
    }

    @Override
    public CompletionStage<Void> drain() {
        CompletionStage<@Nullable Void> returned = gate.suspend();
        disposeIdle();
        return returned.thenCompose(nothing -> life.allClosed()).thenRun(() -> database = null);
    }

    private void disposeIdle() {
        for (Slot<Session> idle = gate.claimIdle(s -> true); idle != null; idle = gate.claimIdle(s -> true)) {
            dispose(idle, null);
        }
    }

    @Override
    public void cutOff() {
        gate.forEachLent((slot, stamp) -> {
            // A slot without a session is being filled; its borrower finds out when it first uses the connection.
            if (slot.session() != null && gate.claim(slot, stamp)) {
                dispose(slot, new SQLException(settings.name() + ": the connection was cut off"));
            }
        });
    }

    @Override
    public void failed(SQLException why) {
        gate.failWaiters(() -> new WaitFailedException(why));
    }

    @Override
    public boolean wanted() {
        return gate.waiting() > 0;
    }

    @Override
    public int borrowed() {
        return gate.lent();
    }

    @Override
    public long borrows() {
        return gate.borrows();
    }

    @Override
    public String describeBorrowers() {
        return report.borrowers();
    }

    /**
     * The pool's figures now.
     *
     * @return a snapshot
     */
    public PoolFigures figures() {
        return new PoolFigures(
                gate.lent(),
                gate.free(),
                gate.waiting(),
                gate.borrows(),
                timeouts.sum(),
                life.created(),
                life.destroyed(),
                report.oldestBorrowNanos(),
                gate.oldestWaitNanos());
    }

    /**
     * Whether closing has begun.
     *
     * @return true if nothing is lent any more
     */
    public boolean isClosed() {
        return closed.get();
    }

    /** Closes the pool and leaves the lease; a second caller waits until the first is done. */
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            awaitQuietly(closedCompletely);
            return;
        }
        boolean interrupted = false;
        try {
            CompletableFuture<Void> drained = drain().toCompletableFuture();
            gate.close();
            interrupted = !await(drained, settings.closeTimeoutNanos());
            if (!drained.isDone()) {
                LOG.warn(
                        "{}: closing cuts off connections that are still borrowed: {}",
                        settings.name(),
                        report.borrowers());
                cutOff();
                interrupted |= !await(drained, CUT_OFF_NANOS);
            }
            if (!drained.isDone()) {
                LOG.error(
                        "{}: a connection hangs in native code and could not be closed; DuckDB may hold its file lock until it ends",
                        settings.name());
            }
        } finally {
            lease.close();
            life.close();
            threads.shutdown();
            CoarseClock.release();
            closedCompletely.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits for a stage, not forever; false if an interrupt ended the wait. */
    private static boolean await(CompletableFuture<Void> stage, long timeoutNanos) {
        try {
            stage.get(timeoutNanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            return false;
        } catch (TimeoutException | ExecutionException e) {
            return true; // the caller looks at the stage
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
