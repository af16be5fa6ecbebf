package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.Slot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Borrows as futures. A slot that is granted to a future which somebody cancelled or completed meanwhile goes back at once: handing
 * over is decided by {@code complete}, and whoever loses closes. Connections are made and futures completed on the pool's workers,
 * never on the thread that returned the slot. Thread-safe.
 */
final class AsyncBorrow {
    private final ConnectionPool pool;
    private final BorrowGate<Session> gate;
    private final BorrowReport report;
    private final PoolThreads threads;
    private final boolean tracksLeaks;

    AsyncBorrow(
            ConnectionPool pool,
            BorrowGate<Session> gate,
            BorrowReport report,
            PoolThreads threads,
            boolean tracksLeaks) {
        this.pool = pool;
        this.gate = gate;
        this.report = report;
        this.threads = threads;
        this.tracksLeaks = tracksLeaks;
    }

    CompletableFuture<Connection> borrow(long timeoutNanos) {
        // The reports name who asked, not the worker that delivers.
        Thread asker = Thread.currentThread();
        BorrowStack stack = tracksLeaks ? new BorrowStack() : null;
        CompletableFuture<Connection> result = new CompletableFuture<>();
        Slot<Session> slot = gate.tryBorrow();
        if (slot != null) {
            if (slot.session() != null) {
                deliver(slot, asker, stack, result);
            } else {
                threads.execute(() -> deliver(slot, asker, stack, result));
            }
            return result;
        }
        long startNanos = System.nanoTime();
        CompletableFuture<Slot<Session>> place = gate.borrowAsync(timeoutNanos);
        place.whenComplete((granted, error) -> {
            if (granted != null) {
                threads.execute(() -> deliver(granted, asker, stack, result));
            } else if (!result.isDone()) {
                SQLException why = report.translate(error, timeoutNanos, System.nanoTime() - startNanos);
                threads.execute(() -> result.completeExceptionally(why));
            }
        });
        result.whenComplete((connection, error) -> place.cancel(false)); // does nothing once the place was granted
        return result;
    }

    /** Borrows for work on a worker; returns the way out of the line. */
    Runnable begin(long timeoutNanos, Consumer<UnitOfWork> work, Consumer<Throwable> failed) {
        Slot<Session> slot = gate.tryBorrow();
        if (slot != null) {
            threads.execute(() -> begin(slot, work, failed));
            return () -> {};
        }
        long startNanos = System.nanoTime();
        CompletableFuture<Slot<Session>> place = gate.borrowAsync(timeoutNanos);
        place.whenComplete((granted, error) -> {
            if (granted != null) {
                threads.execute(() -> begin(granted, work, failed));
            } else {
                failed.accept(report.translate(error, timeoutNanos, System.nanoTime() - startNanos));
            }
        });
        return () -> place.cancel(false);
    }

    private void begin(Slot<Session> slot, Consumer<UnitOfWork> work, Consumer<Throwable> failed) {
        UnitOfWork unit;
        try {
            unit = new UnitOfWork(pool.lend(slot));
        } catch (SQLException | RuntimeException | Error e) {
            failed.accept(e);
            return;
        }
        work.accept(unit);
    }

    private void deliver(
            Slot<Session> slot, Thread asker, @Nullable BorrowStack stack, CompletableFuture<Connection> result) {
        Connection lent;
        try {
            lent = pool.lendToFirstUser(slot, asker, stack);
        } catch (SQLException | RuntimeException | Error e) {
            result.completeExceptionally(e);
            return;
        }
        if (!result.complete(lent)) {
            AnchoredDatabase.closeAfter(lent, new SQLException("nobody waits for this connection any more"));
        }
    }
}
