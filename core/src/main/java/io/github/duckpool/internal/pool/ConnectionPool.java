package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.GateClosedException;
import io.github.duckpool.internal.gate.Slot;
import io.github.duckpool.internal.lease.Lease;
import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.lease.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pool proper: a {@link BorrowGate} whose slots hold sessions, filled from the database that the {@link Lease} has opened.
 *
 * <p>Invariants. A session is in exactly one slot, or being made or destroyed by the thread that owns the slot. While a slot
 * is lent or leaving, the database it came from stays open, because {@link PoolTenant#drain()} completes only when every slot is empty.
 * The gate is suspended exactly while no database is open, so a borrower never looks for one: it waits in line, and the lease
 * hears of it through {@link Lease#request()} after it queued, or when it left because it would not wait. Thread-safe.
 */
public final class ConnectionPool {
    private final PoolSettings settings;
    private final BorrowGate<Session> gate;
    private final SlotLending[] lendings;
    private final SessionLife life;
    private final PoolTenant tenant;
    private final Lease lease;
    private final PoolThreads threads;
    private final BorrowReport report;
    private final AsyncBorrow async;
    private final CutOff cutOff;
    private final HoldAndWait holdAndWait;
    private final boolean tracksLeaks;
    private volatile boolean usesClock;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch closedCompletely = new CountDownLatch(1);

    /**
     * Makes a pool without connections; the first borrower makes it ask for the database.
     *
     * @param settings the checked settings
     * @param lease makes the lease for the pool as its tenant, who may only be asked whether it is {@linkplain Tenant#wanted() wanted}
     *     before this constructor has returned
     * @param threads runs what must not run on a borrower's or a releaser's thread; closed with the pool
     */
    public ConnectionPool(PoolSettings settings, Function<Tenant, Lease> lease, PoolThreads threads) {
        this.settings = settings;
        this.threads = threads;
        this.tracksLeaks = settings.leakThresholdNanos() > 0;
        this.gate = new BorrowGate<>(
                settings.maxSize(),
                settings.overtakingNanos(),
                System::nanoTime,
                slot -> dispose(slot, null),
                this::requestDatabase);
        this.tenant = new PoolTenant(this, settings);
        // From here on a lease that other pools use may ask whether anyone waits.
        this.lease = lease.apply(tenant);
        this.lendings = new SlotLending[settings.maxSize()];
        for (int i = 0; i < lendings.length; i++) {
            lendings[i] = new SlotLending(this, gate.slot(i));
        }
        this.life = new SessionLife(settings, tenant::database, this.lease::reopen, threads);
        this.report = new BorrowReport(settings, gate, lendings, this.lease);
        this.async = new AsyncBorrow(this, gate, report, threads, tracksLeaks);
        this.cutOff = new CutOff(settings.name(), gate, this, threads);
        this.holdAndWait = new HoldAndWait(settings, gate, lendings);
        gate.suspend();
    }

    /** Begins housekeeping, and opens the database at once if connections are to be kept ready. Closes the pool if it fails. */
    public void start() {
        try {
            CoarseClock.use();
            usesClock = true;
            threads.every(Housekeeping.periodNanos(settings), new Housekeeping(settings, this));
            if (settings.minIdle() > 0) {
                lease.request();
            }
        } catch (Throwable e) { // for want of a thread
            close();
            throw e;
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
            return gate.borrowInLine(timeoutNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw report.interrupted(System.nanoTime() - startNanos, e);
        } catch (TimeoutException e) {
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
        return async.borrow(timeoutNanos);
    }

    /**
     * Borrows a connection for functions whose transaction the pool keeps in hand.
     *
     * @param timeoutNanos how long to wait at most
     * @return the unit of work; close it to give the connection back
     * @throws SQLException as {@link #borrow(long)}
     */
    public UnitOfWork begin(long timeoutNanos) throws SQLException {
        Slot<Session> slot = gate.tryBorrow();
        return unit(slot != null ? slot : await(timeoutNanos));
    }

    UnitOfWork unit(Slot<Session> slot) throws SQLException {
        LentConnection lent = lend(slot);
        try {
            return new UnitOfWork(lent);
        } catch (Throwable e) {
            lent.lending().giveBack(lent.stamp());
            throw e;
        }
    }

    /**
     * Borrows a connection without blocking the caller, and uses it on one of the pool's workers.
     *
     * @param timeoutNanos how long to wait in line at most
     * @param work gets the connection, and gives it back
     * @param failed gets what {@link #borrow(long)} throws, on any thread
     * @return leaves the line; does nothing once a connection was granted
     */
    public Runnable beginOnWorker(long timeoutNanos, Consumer<UnitOfWork> work, Consumer<Throwable> failed) {
        return async.begin(timeoutNanos, work, failed);
    }

    /**
     * Who holds connections and waits for another.
     *
     * @return the one guard against circles of them
     */
    public HoldAndWait holdAndWait() {
        return holdAndWait;
    }

    /** Makes the handle of a slot that was just borrowed. Whatever fails until there is one gives the slot back: nobody else could. */
    LentConnection lend(Slot<Session> slot) throws SQLException {
        Session session = prepare(slot, Thread.currentThread(), null);
        SlotLending lending = lendings[slot.index()];
        int stamp = slot.stamp();
        try {
            lending.heldByBorrower(stamp);
            return new LentConnection(lending, session, stamp);
        } catch (Throwable e) { // for want of memory
            lending.giveBack(stamp);
            throw e;
        }
    }

    /** Lends on behalf of another thread; the handle belongs to whoever uses it first. */
    Connection lendToFirstUser(Slot<Session> slot, Thread asker, @Nullable BorrowStack stack) throws SQLException {
        Session session = prepare(slot, asker, stack);
        SlotLending lending = lendings[slot.index()];
        int stamp = slot.stamp();
        try {
            return LentConnection.forFirstUser(lending, session, stamp);
        } catch (Throwable e) {
            lending.giveBack(stamp);
            throw e;
        }
    }

    /** Sees to it that the slot has a session, and notes who asked for it; a stack that is wanted and was not taken yet is taken here. */
    private Session prepare(Slot<Session> slot, Thread asker, @Nullable BorrowStack stack) throws SQLException {
        try {
            Session session = slot.session();
            if (session == null) {
                session = life.make();
                slot.install(session);
            }
            lendings[slot.index()].borrowed(asker, stack == null && tracksLeaks ? new BorrowStack() : stack);
            return session;
        } catch (Throwable e) {
            gate.takeBack(slot);
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

    /** The database of a session is dead for every connection: it is drained and opened again. */
    void fatal(Session session, SQLException why) {
        OpenDatabase broken = life.databaseOf(session);
        if (broken != null) {
            lease.reopen(broken, why);
        }
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

    private void requestDatabase() {
        lease.request();
    }

    SessionLife life() {
        return life;
    }

    PoolTenant tenant() {
        return tenant;
    }

    BorrowReport report() {
        return report;
    }

    CutOff cutOff() {
        return cutOff;
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
                report.timeouts(),
                life.created(),
                life.destroyed(),
                report.oldestBorrowNanos(),
                gate.oldestWaitNanos());
    }

    /**
     * What is wrong with the pool's hold on its database.
     *
     * @return the danger; empty while there is none
     */
    public Optional<String> fault() {
        return lease.fault();
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
        gate.close();
        boolean interrupted = false;
        try {
            interrupted = new LastDrain(settings, tenant, cutOff, report).run();
        } finally {
            lease.close();
            life.close();
            threads.shutdown();
            if (usesClock) {
                CoarseClock.release();
            }
            closedCompletely.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
