package io.github.duckpool.internal.lease;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One draining of the pools of a lease: they lend no more, and what is borrowed comes back, or is cut off. It is called off
 * when nobody else waits any more while somebody here does. Used by the lease's thread alone.
 */
final class Draining {
    private static final Logger LOG = LoggerFactory.getLogger(Draining.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** How long a connection that was cut off may take to close before it is given up after a fatal error, or reported. */
    private static final long CUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final FileLease lease;
    private final JvmTurn turn;
    private final @Nullable SQLException fatal;
    private final boolean forGood;
    private final long startNanos = System.nanoTime();
    private final Map<FileTenancy, CompletableFuture<Void>> draining = new HashMap<>();

    /**
     * Begins it.
     *
     * @param fatal why everything is cut off; null if it is only passed on
     * @param forGood whether nothing will be lent afterwards, so that nobody is to wait for the end
     */
    Draining(FileLease lease, JvmTurn turn, List<FileTenancy> open, @Nullable SQLException fatal, boolean forGood) {
        this.lease = lease;
        this.turn = turn;
        this.fatal = fatal;
        this.forGood = forGood;
        for (FileTenancy tenancy : open) {
            tenancy.shut();
            CompletableFuture<Void> drained = tenancy.tenant().drain().toCompletableFuture();
            draining.put(tenancy, drained);
            drained.whenComplete((nothing, error) -> lease.members().signal());
            if (fatal != null) {
                tenancy.tenant()
                        .cutOff("DuckDB met a fatal error, and the database is opened again: " + fatal.getMessage());
            }
        }
    }

    /**
     * Waits until nothing is borrowed.
     *
     * @return false if it was called off, and the pools lend again
     */
    boolean await() {
        while (true) {
            draining.entrySet()
                    .removeIf(
                            entry -> entry.getValue().isDone() || entry.getKey().hasLeft());
            if (draining.isEmpty()) {
                return true;
            }
            long nanos = System.nanoTime() - startNanos;
            if (fatal != null) {
                if (nanos > CUT_OFF_NANOS) {
                    LOG.error(
                            "{}: connections could not all be closed; {} may stay invalid until they are",
                            draining.keySet(),
                            lease.file());
                    return true;
                }
            } else if (forGood) {
                lease.failWishing();
            } else if (!turn.isAwaited()
                    && draining.keySet().stream()
                            .anyMatch(tenancy -> tenancy.tenant().wanted())) {
                return false;
            } else {
                draining.keySet().forEach(tenancy -> overstay(tenancy, nanos));
            }
            lease.members().pause(TICK_NANOS);
        }
    }

    private void overstay(FileTenancy tenancy, long nanos) {
        LeaseTerms terms = tenancy.terms();
        if (terms.maxSliceNanos() == 0 || nanos < terms.maxSliceNanos()) {
            return;
        }
        if (tenancy.reports().overstay(nanos) && terms.cutsOff()) {
            tenancy.tenant()
                    .cutOff("others wait for " + lease.file() + ", and it was kept from them for longer than maxSlice");
        } else if (terms.cutsOff() && nanos > terms.maxSliceNanos() + CUT_OFF_NANOS) {
            tenancy.reports().hanging();
        }
    }
}
