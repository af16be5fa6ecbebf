package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.Slot;
import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.lease.Tenant;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The pool as its lease sees it: it lends while it has a database, gives it back when asked, and says who wants it. Thread-safe.
 */
final class PoolTenant implements Tenant {
    private final ConnectionPool pool;
    private final PoolSettings settings;
    private final AtomicReference<@Nullable OpenDatabase> database = new AtomicReference<>();

    /** A tenant for a pool that is being made, and is asked for its parts only later. */
    PoolTenant(ConnectionPool pool, PoolSettings settings) {
        this.pool = pool;
        this.settings = settings;
    }

    boolean hasDatabase() {
        return database.get() != null;
    }

    OpenDatabase database() throws SQLException {
        OpenDatabase open = database.get();
        if (open == null) {
            throw new SQLException(settings.name() + ": the database is not open", "08003");
        }
        return open;
    }

    @Override
    public void opened(OpenDatabase opened) {
        database.set(opened);
        if (!pool.isClosed()) {
            pool.cutOff().end();
            pool.gate().resume();
        }
    }

    @Override
    public CompletionStage<Void> drain() {
        OpenDatabase draining = database.get();
        CompletionStage<@Nullable Void> returned = pool.gate().suspend();
        disposeIdle();
        // A session that hangs may end long after another instance was opened, which it must not take away.
        return returned.thenCompose(nothing -> pool.life().allClosed())
                .thenRun(() -> database.compareAndSet(draining, null));
    }

    private void disposeIdle() {
        BorrowGate<Session> gate = pool.gate();
        for (Slot<Session> idle = gate.claimIdle(s -> true); idle != null; idle = gate.claimIdle(s -> true)) {
            pool.dispose(idle, null);
        }
    }

    @Override
    public void cutOff(String reason) {
        pool.cutOff().begin(reason);
    }

    @Override
    public void failed(SQLException why) {
        pool.gate().failWaiters(() -> new WaitFailedException(why));
    }

    @Override
    public boolean wanted() {
        return pool.gate().waiting() > 0;
    }

    @Override
    public long patienceNanos(boolean ahead) {
        long left = pool.gate().longestWaitLeftNanos();
        return left > 0 && !ahead ? left : settings.borrowTimeoutNanos();
    }

    @Override
    public int borrowed() {
        return pool.gate().lent();
    }

    @Override
    public long borrows() {
        return pool.gate().borrows();
    }

    @Override
    public String describeBorrowers() {
        return pool.report().borrowers();
    }
}
