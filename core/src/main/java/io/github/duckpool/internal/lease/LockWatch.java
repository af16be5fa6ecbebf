package io.github.duckpool.internal.lease;

import io.github.duckpool.observe.Alert;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lease knows about DuckDB's lock and the file that it is on, and what follows for its pools: once the lock is lost, or the file is not
 * the one at the path any more, nothing is lent for writing, unless every pool was told to, until the file is opened anew. Readers go on with the
 * file that they have: to replace it is a way to publish a new one. Used by the lease's thread, but for {@link #lost()}.
 */
final class LockWatch {
    private static final Logger LOG = LoggerFactory.getLogger(LockWatch.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final boolean readOnly;
    private final LockGuard guard;
    private final FileAtPath place;
    private long lookedNanos;
    private boolean lockLost;

    /** How the lock, or the file, was lost, while that is a danger. */
    private volatile @Nullable String lost;

    LockWatch(Path file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        this.guard = new LockGuard(file);
        this.place = new FileAtPath(file);
    }

    /** The lock is about to be taken anew. */
    void begin() {
        lost = null;
        lockLost = false;
    }

    /** DuckDB has the lock. */
    void opened() {
        guard.arm();
        place.arm();
    }

    /** DuckDB has given it back. */
    void closed() {
        guard.disarm();
        place.disarm();
    }

    void lookNowAndThen(Collection<FileTenancy> open, long nowNanos) {
        if (nowNanos - lookedNanos >= LOOK_NANOS) {
            look(open);
        }
    }

    /** Looks whether lock and file are still there, and tells those who have the file open if they are not. */
    void look(Collection<FileTenancy> open) {
        lookedNanos = System.nanoTime();
        if (!lockLost && guard.isLost()) {
            lockLost = true;
            report(Alert.Kind.LOCK_LOST, LockGuard.hazard(file), open);
        }
        String hazard = lost == null && !readOnly ? place.hazard() : null;
        if (hazard != null) {
            report(Alert.Kind.FILE_REPLACED, hazard, open);
        }
    }

    private void report(Alert.Kind kind, String hazard, Collection<FileTenancy> open) {
        lost = hazard;
        LOG.error("{}: {}", open, hazard);
        open.forEach(tenancy -> tenancy.reports().alert(kind, hazard));
    }

    /**
     * Whether another process may have written to the very file that is open here. Else a checkpoint harms nobody, and is wanted: what was
     * moved away is complete by it, and no log stays for the file that is at the path now, which it does not belong to.
     */
    boolean isLockLost() {
        return lockLost;
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
