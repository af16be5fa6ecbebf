package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.Slot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Borrows as futures. A slot that is granted to a future which somebody cancelled or completed meanwhile goes back at once: handing
 * over is decided by {@code complete}, and whoever loses closes. Connections are made and futures completed on the pool's workers,
 * never on the thread that returned the slot. Thread-safe.
 */
final class AsyncBorrow {
    private static final Logger LOG = LoggerFactory.getLogger(AsyncBorrow.class);

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
        ForFuture borrower = new ForFuture(timeoutNanos, tracksLeaks ? new BorrowStack() : null);
        Slot<Session> slot = gate.tryBorrow();
        if (slot == null) {
            borrower.result.whenComplete((connection, error) -> borrower.run());
            borrower.getInLine();
        } else if (slot.session() != null) {
            borrower.use(slot);
        } else {
            borrower.useOnWorker(slot);
        }
        return borrower.result;
    }

    /** Borrows for work on a worker; returns the way out of the line. */
    Runnable begin(long timeoutNanos, Consumer<UnitOfWork> work, Consumer<Throwable> failed) {
        ForWork borrower = new ForWork(timeoutNanos, work, failed);
        Slot<Session> slot = gate.tryBorrow();
        if (slot != null) {
            borrower.useOnWorker(slot);
        } else {
            borrower.getInLine();
        }
        return borrower;
    }

    /**
     * One who borrows. It is made before there is a slot to lose, and holds all that is needed until the slot is its own or has gone
     * back, so that a want of memory loses none. To run it leaves the line.
     */
    private abstract class Borrower implements BiConsumer<@Nullable Slot<Session>, @Nullable Throwable>, Runnable {
        private final long startNanos = System.nanoTime();
        private final long timeoutNanos;
        private final Runnable use = this::use;
        private @Nullable Slot<Session> slot;

        /** Null for one who is not in line, and while the line takes it in: who is served in that moment has no wish to leave. */
        private volatile @Nullable CompletableFuture<Slot<Session>> place;

        Borrower(long timeoutNanos) {
            this.timeoutNanos = timeoutNanos;
        }

        /** Makes a connection in a slot, and hands it over or gives the slot back. */
        abstract void use(Slot<Session> granted);

        abstract void fail(Throwable error);

        final SQLException translated(Throwable error) {
            return report.translate(error, timeoutNanos, System.nanoTime() - startNanos);
        }

        final void getInLine() {
            place = gate.borrowAsync(timeoutNanos, this);
        }

        /** Does nothing once a slot was granted. */
        @Override
        public final void run() {
            CompletableFuture<Slot<Session>> left = place;
            if (left != null) {
                left.cancel(false);
            }
        }

        final void useOnWorker(Slot<Session> granted) {
            slot = granted;
            threads.execute(use);
        }

        private void use() {
            Slot<Session> granted = slot;
            if (granted != null) {
                use(granted);
            }
        }

        @Override
        public final void accept(@Nullable Slot<Session> granted, @Nullable Throwable error) {
            if (granted != null) {
                useOnWorker(granted);
            } else if (error != null) {
                fail(error);
            }
        }
    }

    /** Hands a connection over to whoever holds the future. */
    private final class ForFuture extends Borrower {
        private final CompletableFuture<Connection> result = new CompletableFuture<>();

        /** The reports name who asked, not the worker that delivers. */
        private final Thread asker = Thread.currentThread();

        private final @Nullable BorrowStack stack;

        ForFuture(long timeoutNanos, @Nullable BorrowStack stack) {
            super(timeoutNanos);
            this.stack = stack;
        }

        @Override
        void use(Slot<Session> granted) {
            Connection lent;
            try {
                lent = pool.lendToFirstUser(granted, asker, stack);
            } catch (Throwable e) {
                result.completeExceptionally(e);
                return;
            }
            if (!result.complete(lent)) {
                closeUnused(lent);
            }
        }

        @Override
        void fail(Throwable error) {
            if (!result.isDone()) {
                SQLException why = translated(error);
                threads.execute(() -> result.completeExceptionally(why));
            }
        }
    }

    /** Nobody waits for this connection any more. */
    private static void closeUnused(Connection lent) {
        try {
            lent.close();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a connection that nobody took could not be given back as it was", e);
        }
    }

    /** Gives a connection to work. */
    private final class ForWork extends Borrower {
        private final Consumer<UnitOfWork> work;
        private final Consumer<Throwable> failed;

        ForWork(long timeoutNanos, Consumer<UnitOfWork> work, Consumer<Throwable> failed) {
            super(timeoutNanos);
            this.work = work;
            this.failed = failed;
        }

        @Override
        void use(Slot<Session> granted) {
            UnitOfWork unit;
            try {
                unit = pool.unit(granted);
            } catch (Throwable e) {
                failed.accept(e);
                return;
            }
            work.accept(unit);
        }

        @Override
        void fail(Throwable error) {
            failed.accept(translated(error));
        }
    }
}
