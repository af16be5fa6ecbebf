package io.github.duckpool.internal.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drain that closes a pool: waits for what is borrowed, cuts off what doesn't come back, and reports what can't be cut off.
 * A lease that opens the database at that moment may resume the gate, which cancels a drain; then it is begun again.
 */
final class LastDrain {
    private static final Logger LOG = LoggerFactory.getLogger(LastDrain.class);

    private static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final PoolSettings settings;
    private final PoolTenant tenant;
    private final CutOff cutOff;
    private final BorrowReport report;
    private boolean interrupted;

    LastDrain(PoolSettings settings, PoolTenant tenant, CutOff cutOff, BorrowReport report) {
        this.settings = settings;
        this.tenant = tenant;
        this.cutOff = cutOff;
        this.report = report;
    }

    /** Returns when nothing is open any more, or hangs in native code; true if the thread was interrupted meanwhile. */
    boolean run() {
        if (isDrained(settings.closeTimeoutNanos())) {
            return interrupted;
        }
        LOG.warn("{}: closing cuts off connections that are still borrowed: {}", settings.name(), report.borrowers());
        long startNanos = System.nanoTime();
        do {
            cutOff.begin("the pool was closed");
            if (isDrained(LOOK_NANOS)) {
                return interrupted;
            }
        } while (System.nanoTime() - startNanos < CUT_OFF_NANOS);
        LOG.error(
                "{}: a connection hangs in native code and could not be closed; DuckDB may hold its file lock until it"
                        + " ends",
                settings.name());
        return interrupted;
    }

    /** Waits until everything has come back; false if time or an interrupt ended the wait. */
    private boolean isDrained(long timeoutNanos) {
        long startNanos = System.nanoTime();
        while (true) {
            CompletableFuture<Void> drained = tenant.drain().toCompletableFuture();
            try {
                drained.get(timeoutNanos - (System.nanoTime() - startNanos), TimeUnit.NANOSECONDS);
                return true;
            } catch (InterruptedException e) {
                interrupted = true;
                return drained.isDone() && !drained.isCompletedExceptionally();
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                LOG.debug("{}: the drain was cancelled, and is begun again", settings.name(), e);
            }
        }
    }
}
