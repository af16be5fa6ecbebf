package io.github.duckpool.internal.lease;

import io.github.duckpool.internal.wait.Daemons;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease on a database that nobody else can want: in memory, or behind somebody's {@code DataSource}. It is opened at the
 * first request and held until it is closed.
 *
 * <p>All transitions run under one monitor, which is never held while the database is opened, drained or told about. While the
 * lease is BUSY one thread of its own is at work, and nobody else opens or closes anything. Whoever asks is answered: a request
 * that finds the lease BUSY belongs to a waiter who was in line before, so the thread that fails tells the waiters first, leaves
 * BUSY, and then asks the tenant whether somebody came too late to be told. Thread-safe.
 */
public final class HeldLease implements Lease {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLease.class);

    /** Connections that were cut off need some time to end their calls, whatever the settings say. */
    private static final long SHORTEST_CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

    private enum State {
        /** Not asked for yet, or the last attempt to open failed. */
        IDLE,
        /** A thread opens the database, or closes and opens it again. */
        BUSY,
        /** The tenant lends from it. */
        OPEN,
        /** Left for good. */
        CLOSED
    }

    private final String name;
    private final Opener opener;
    private final Tenant tenant;
    private final long cutOffNanos;

    private State state = State.IDLE;
    private @Nullable OpenDatabase database;
    private @Nullable Thread worker;

    /** It is being left: an attempt under way is the last one. */
    private boolean leaving;

    /** The fatal error that closed the last instance, until a new one has proved to be alive. */
    private @Nullable SQLException fatal;

    /**
     * Makes a lease that holds nothing yet.
     *
     * @param name the pool's name, for threads and messages
     * @param opener opens the database
     * @param tenant the one pool that uses it
     * @param cutOffNanos how long a closing or a fatal error waits for connections to be closed, but 5 s at least
     */
    public HeldLease(String name, Opener opener, Tenant tenant, long cutOffNanos) {
        this.name = name;
        this.opener = opener;
        this.tenant = tenant;
        this.cutOffNanos = Math.max(cutOffNanos, SHORTEST_CUT_OFF_NANOS);
    }

    @Override
    public void request() {
        synchronized (this) {
            if (state != State.IDLE || leaving) {
                return;
            }
            state = State.BUSY;
        }
        start(State.IDLE, this::open);
    }

    @Override
    public synchronized Optional<String> obstacle() {
        SQLException broken = fatal;
        return switch (state) {
            case OPEN -> Optional.empty();
            case IDLE -> Optional.of("the database is not open");
            case BUSY ->
                Optional.of(
                        broken == null
                                ? "the database is being opened"
                                : "the database is being opened again after a fatal error: " + broken.getMessage());
            case CLOSED -> Optional.of("the database is closed");
        };
    }

    @Override
    public void reopen(OpenDatabase broken, SQLException why) {
        synchronized (this) {
            if (state != State.OPEN || database != broken || leaving) {
                return;
            }
            state = State.BUSY;
            fatal = why;
        }
        LOG.error("{}: fatal error in DuckDB, the database is closed and opened again", name, why);
        start(State.OPEN, () -> {
            drainTenant(why);
            closeDatabase();
            open();
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            boolean interrupted = false;
            long startNanos = System.nanoTime();
            leaving = true;
            Thread busy = worker;
            if (state == State.BUSY && busy != null) {
                busy.interrupt(); // it may sleep between two attempts
            }
            while (state == State.BUSY) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(cutOffNanos - (System.nanoTime() - startNanos));
                if (leftMillis <= 0) {
                    LOG.warn("{}: the database is still being opened, and is closed as soon as it is open", name);
                    break;
                }
                try {
                    wait(leftMillis);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            state = State.CLOSED;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        closeDatabase();
    }

    /** Does work while BUSY; where the machine has no more threads, the next one who asks finds the state of before. */
    private void start(State before, Runnable work) {
        Thread thread = Daemons.of(work, name + " lease");
        synchronized (this) {
            worker = thread;
        }
        try {
            thread.start();
        } catch (Throwable e) {
            synchronized (this) {
                worker = null;
                if (state == State.BUSY) {
                    state = before;
                    notifyAll();
                }
            }
            throw e;
        }
    }

    private void open() {
        OpenDatabase opened;
        try {
            opened = openLive();
        } catch (SQLException e) {
            fail(e);
            return;
        } catch (RuntimeException | Error e) {
            fail(new SQLException(name + ": the database could not be opened: " + e, "08001", e));
            return;
        }
        if (settle(State.OPEN, opened)) {
            tenant.opened(opened);
        } else {
            close(opened);
        }
    }

    /** Opens the database, and after a fatal error makes sure that it isn't the dead one that somebody else keeps open. */
    private OpenDatabase openLive() throws SQLException {
        SQLException broken;
        synchronized (this) {
            if (leaving) {
                throw new SQLNonTransientConnectionException(name + ": the pool is closed", "08003");
            }
            broken = fatal;
        }
        OpenDatabase opened = opener.open();
        if (broken != null) {
            try {
                LeaseErrors.probe(name, opened, broken);
            } catch (SQLException e) {
                close(opened);
                throw e;
            }
            synchronized (this) {
                fatal = null;
            }
        }
        return opened;
    }

    private void fail(SQLException why) {
        try {
            tenant.failed(why);
        } finally {
            settle(State.IDLE, null);
        }
        if (tenant.wanted()) {
            request();
        }
    }

    private void drainTenant(SQLException why) {
        try {
            CompletableFuture<Void> drained = tenant.drain().toCompletableFuture();
            tenant.cutOff("DuckDB met a fatal error, and the database is opened again: " + why.getMessage());
            drained.get(cutOffNanos, TimeUnit.NANOSECONDS);
        } catch (Exception e) {
            LOG.error("{}: connections could not all be closed; the database may stay invalid until they are", name, e);
        }
    }

    /** Leaves BUSY; false when the lease was closed meanwhile. */
    private synchronized boolean settle(State next, @Nullable OpenDatabase opened) {
        if (state == State.CLOSED) {
            return false;
        }
        state = next;
        database = opened;
        worker = null;
        notifyAll();
        return true;
    }

    private void closeDatabase() {
        OpenDatabase closing;
        synchronized (this) {
            closing = database;
            database = null;
        }
        if (closing != null) {
            close(closing);
        }
    }

    private void close(OpenDatabase closing) {
        try {
            closing.close();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("{}: the database did not close cleanly", name, e);
        }
    }
}
