package io.github.duckpool.internal.lease;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lease knows about DuckDB's lock, and what follows for its pools: once the lock is lost nothing is lent for writing, unless
 * every pool was told to, until the file is opened anew. Used by the lease's thread, but for {@link #lost()}.
 */
final class LockWatch {
    private static final Logger LOG = LoggerFactory.getLogger(LockWatch.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final boolean readOnly;
    private final LockGuard guard;
    private long lookedNanos;

    /** How the lock was lost, while that is a danger. */
    private volatile @Nullable String lost;

    LockWatch(Path file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        this.guard = new LockGuard(file);
    }

    /** The lock is about to be taken anew. */
    void begin() {
        lost = null;
    }

    /** DuckDB has the lock. */
    void opened() {
        guard.arm();
    }

    /** DuckDB has given it back. */
    void closed() {
        guard.disarm();
    }

    void lookNowAndThen(Collection<FileTenancy> open, long nowNanos) {
        if (nowNanos - lookedNanos >= LOOK_NANOS) {
            look(open);
        }
    }

    /** Looks whether the lock is still there, and tells those who have the file open if it is not. */
    void look(Collection<FileTenancy> open) {
        lookedNanos = System.nanoTime();
        if (lost == null && guard.isLost()) {
            String hazard = LockGuard.hazard(file);
            lost = hazard;
            LOG.error("{}: {}", open, hazard);
            open.forEach(tenancy -> tenancy.reports().lost(hazard));
        }
    }

    Optional<String> lost() {
        return Optional.ofNullable(lost);
    }

    boolean stopsLending(Collection<FileTenancy> tenancies) {
        return lost != null
                && !readOnly
                && !tenancies.stream().allMatch(tenancy -> tenancy.terms().lendsWithoutLock());
    }

    /** Tells everyone who waits that nothing is lent any more. */
    void failWishing(Collection<FileTenancy> tenancies) {
        String hazard = lost;
        if (hazard != null) {
            for (FileTenancy tenancy : tenancies) {
                if (tenancy.wishes() || tenancy.tenant().wanted()) {
                    tenancy.failed(LeaseErrors.lockLost(tenancy, hazard));
                }
            }
        }
    }
}
