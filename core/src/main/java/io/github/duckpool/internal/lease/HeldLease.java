package io.github.duckpool.internal.lease;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease on a database that nobody else can want: in memory, or behind somebody's {@code DataSource}. It is opened at the
 * first request and held until it is closed.
 *
 * <p>All transitions run under one monitor, which is never held while the database is opened, drained or told about.
 * Thread-safe.
 */
public final class HeldLease implements Lease {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLease.class);

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

    /**
     * Makes a lease that holds nothing yet.
     *
     * @param name the pool's name, for threads and messages
     * @param opener opens the database
     * @param tenant the one pool that uses it
     * @param cutOffNanos how long a closing or a fatal error waits for connections to be closed
     */
    public HeldLease(String name, Opener opener, Tenant tenant, long cutOffNanos) {
        this.name = name;
        this.opener = opener;
        this.tenant = tenant;
        this.cutOffNanos = cutOffNanos;
    }

    @Override
    public void request() {
        synchronized (this) {
            if (state != State.IDLE) {
                return;
            }
            state = State.BUSY;
        }
        start(this::open);
    }

    @Override
    public synchronized Optional<String> obstacle() {
        return switch (state) {
            case OPEN -> Optional.empty();
            case IDLE -> Optional.of("the database is not open");
            case BUSY -> Optional.of("the database is being opened");
            case CLOSED -> Optional.of("the database is closed");
        };
    }

    @Override
    public void reopen(SQLException why) {
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            state = State.BUSY;
        }
        LOG.error("{}: fatal error in DuckDB, the database is closed and opened again", name, why);
        start(() -> {
            drainTenant();
            closeDatabase();
            open();
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            boolean interrupted = false;
            long deadlineNanos = System.nanoTime() + cutOffNanos;
            while (state == State.BUSY) {
                long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                if (leftMillis <= 0) {
                    break; // the opening thread sees CLOSED and closes what it opened
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

    private void start(Runnable work) {
        Thread thread = new Thread(work, name + " lease");
        thread.setDaemon(true);
        thread.start();
    }

    private void open() {
        OpenDatabase opened;
        try {
            opened = opener.open();
        } catch (SQLException e) {
            settle(State.IDLE, null);
            tenant.failed(e);
            return;
        } catch (RuntimeException | Error e) {
            settle(State.IDLE, null);
            tenant.failed(new SQLException(name + ": the database could not be opened: " + e, "08001", e));
            return;
        }
        if (settle(State.OPEN, opened)) {
            tenant.opened(opened);
        } else {
            close(opened);
        }
    }

    private void drainTenant() {
        try {
            var drained = tenant.drain();
            tenant.cutOff();
            drained.toCompletableFuture().get(cutOffNanos, TimeUnit.NANOSECONDS);
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
        } catch (SQLException e) {
            LOG.warn("{}: the database did not close cleanly", name, e);
        }
    }
}
