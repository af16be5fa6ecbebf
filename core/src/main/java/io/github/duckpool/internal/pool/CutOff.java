package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes borrowed connections away from their borrowers, with a reason that they are told. A borrow that is just being made is not
 * to be seen yet, so the cut-off passes again and again until nothing is lent or it is {@link #end ended}. Ending and passing
 * exclude each other, or a pass might take a connection that was lent after the gate was opened again. Thread-safe.
 */
final class CutOff {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final String name;
    private final BorrowGate<Session> gate;
    private final ConnectionPool pool;
    private final PoolThreads threads;

    private @Nullable String reason;

    CutOff(String name, BorrowGate<Session> gate, ConnectionPool pool, PoolThreads threads) {
        this.name = name;
        this.gate = gate;
        this.pool = pool;
        this.threads = threads;
    }

    /** Cuts off all that is lent from now on, until {@link #end}. */
    synchronized void begin(String reason) {
        this.reason = reason;
        pass();
    }

    /** Lets new borrows live. */
    synchronized void end() {
        reason = null;
    }

    private synchronized void pass() {
        String why = reason;
        if (why == null) {
            return;
        }
        SQLException cause = new SQLException(name + ": the connection was cut off: " + why);
        gate.forEachLent((slot, stamp) -> {
            // The last vacated slot completes the drain, and what hangs on that may end this cut-off right here. A slot
            // without a session is being filled; the next pass sees it.
            if (reason == null || slot.session() == null) {
                return;
            }
            SlotLending lending = pool.lending(slot.index());
            lending.noteEnd(stamp, why); // before the claim, which publishes it
            if (gate.claim(slot, stamp)) {
                pool.dispose(slot, cause);
            } else {
                lending.forgetEnd(stamp);
            }
        });
        if (reason != null && gate.lent() > 0) {
            threads.later(AGAIN_NANOS, this::pass);
        }
    }
}
