package io.github.duckpool.internal.lease;

import io.github.duckpool.mutex.FileMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hold of this JVM on one database file, shared by all its pools on that file, because DuckDB's lock belongs to the process.
 *
 * <h2>States</h2>
 * One daemon thread walks them, and it alone opens, drains and closes; it runs while the file is wanted or held.
 * <ul>
 *   <li>IDLE: nobody here wants the file, nothing is held;
 *   <li>QUEUED: stands in the queue of the processes ({@link JvmTurn});
 *   <li>OPENING: has the turn, and opens the file for each pool that wants it ({@link WishedOpenings});
 *   <li>OPEN: the pools lend; others are looked for every few milliseconds, but not before the shortest slice is over;
 *   <li>DRAINING: the pools lend no more, borrowed connections come back ({@link Draining});
 *   <li>CLOSING: the anchors are closed, DuckDB checkpoints and frees its lock, then the turn is passed on.
 * </ul>
 *
 * <h2>Invariants</h2>
 * <ol>
 *   <li>An anchor, hence DuckDB's lock, is held only while the turn is held: the turn is taken before the first anchor is opened
 *       and passed on after the last one is closed, whatever is thrown between.
 *   <li>An anchor is closed only after its pool was drained, has left, or was given up after a fatal error.
 *   <li>Waiting borrowers are looked for again after every closing, and every wish is told to the thread ({@link LeaseMembers}): so
 *       nobody waits for a file that nobody is about to open.
 *   <li>Nothing is lent for writing after DuckDB's lock, or the file at the path, was lost ({@link LockWatch}), unless every pool was told to.
 *   <li>Who is told that the file can't be opened finds nothing left of the attempt: he is told when the turn is passed on, which takes
 *       the companion file along ({@link JvmTurn}). Only where the turn goes on, for another pool, is he told at once.
 * </ol>
 *
 * <p>Thread-safe.
 */
final class FileLease {
    private static final Logger LOG = LoggerFactory.getLogger(FileLease.class);

    /** How often others are looked for: they wait half of it on average; each look costs some microseconds. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How often is looked at all. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    enum State {
        IDLE,
        QUEUED,
        OPENING,
        OPEN,
        DRAINING,
        CLOSING
    }

    private final FileMutex mutex;
    private final boolean readOnly;
    private final LeaseMembers members = new LeaseMembers();
    private final LockWatch watch;
    private final WishedOpenings openings;

    FileLease(FileMutex mutex, boolean readOnly) {
        this.mutex = mutex;
        this.readOnly = readOnly;
        this.watch = new LockWatch(mutex.file(), readOnly);
        this.openings = new WishedOpenings(mutex.file(), members, watch);
    }

    Path file() {
        return mutex.file();
    }

    /** Tells everyone who waits that nothing is lent any more. */
    void failWishing() {
        watch.failWishing(members.all());
    }

    LeaseMembers members() {
        return members;
    }

    void wished() {
        members.wished(this::run, "duckpool lease on " + mutex.file().getFileName());
    }

    /** The database of this pool is dead for every connection: all are cut off, and it is opened again, in the same turn. */
    void reopen(FileTenancy tenancy, SQLException why) {
        if (members.failed(tenancy, why)) {
            LOG.error("{}: fatal error in DuckDB, {} is closed and opened again", tenancy, file(), why);
        }
    }

    /** Takes a pool out; true if it has to wait until {@link FileTenancy#gone()}. */
    boolean leave(FileTenancy tenancy) {
        boolean waits = members.leave(tenancy);
        FileLeases.forget(this);
        return waits;
    }

    Optional<String> lost() {
        return watch.lost();
    }

    private void run() {
        while (members.awaitWish()) {
            try {
                if (watch.stopsLending(members.all())) {
                    failWishing();
                } else {
                    takeTurn();
                }
            } catch (Throwable e) {
                LOG.error("the lease on {} failed", file(), e);
                var why = new SQLException("the lease on " + file() + " failed: " + e, "08001", e);
                // Also whoever waits at a pool that had the file open: it is closed now, and nobody has wished for it.
                members.all().forEach(tenancy -> tenancy.failed(why));
            } finally {
                members.sayGoodbye();
            }
        }
    }

    private void takeTurn() {
        members.wishing().forEach(tenancy -> tenancy.opener().prepare()); // whoever has the turn keeps others waiting
        try (JvmTurn turn = JvmTurn.take(mutex, readOnly)) {
            boolean again;
            do {
                try {
                    move(State.OPENING);
                    watch.begin();
                    openings.openWishing(turn);
                    serve(turn);
                } finally {
                    again = closeAll();
                }
            } while (again);
        } catch (InterruptedException e) {
            members.all().forEach(FileTenancy::reconsider); // somebody left, and nobody else wanted the file
        } catch (IOException e) {
            members.wishing().forEach(tenancy -> tenancy.failed(LeaseErrors.noTurn(tenancy, file(), e)));
        } finally {
            openings.tellRefused();
        }
        members.all().forEach(FileTenancy::renew);
    }

    /** Lends until the file is to be closed. */
    private void serve(JvmTurn turn) {
        var slice = new Slice(System.nanoTime());
        while (true) {
            move(State.OPEN);
            closeLeavers();
            openings.openWishing(turn);
            List<FileTenancy> open = open();
            if (open.isEmpty()) {
                return;
            }
            long pauseNanos = members.fatal() != null ? 0 : look(turn, slice, open);
            if (pauseNanos > 0) {
                members.pause(pauseNanos);
                continue;
            }
            move(State.DRAINING);
            if (new Draining(this, turn, open, members.fatal(), watch.stopsLending(open)).await()) {
                return;
            }
            long now = System.nanoTime();
            open.forEach(tenancy -> tenancy.lendAgain(now));
        }
    }

    /** How long nothing needs to be done; 0 when the file is to be closed. */
    private long look(JvmTurn turn, Slice slice, List<FileTenancy> open) {
        long now = System.nanoTime();
        watch.lookNowAndThen(open, now);
        if (watch.stopsLending(open)) {
            return 0;
        }
        long yieldNanos =
                slice.untilYielding(open.stream().map(FileTenancy::terms).toList(), now);
        if (yieldNanos == 0) {
            if (turn.isAwaited()) {
                return 0;
            }
            yieldNanos = TICK_NANOS;
        }
        long idleNanos = 0;
        for (FileTenancy tenancy : open) {
            idleNanos = Math.max(idleNanos, Slice.untilIdle(tenancy.terms(), tenancy.unusedSinceNanos(now), now));
        }
        if (idleNanos == 0) {
            return 0;
        }
        return Math.min(Math.min(LOOK_NANOS, yieldNanos), Math.max(TICK_NANOS, idleNanos / 4));
    }

    private void closeLeavers() {
        List<FileTenancy> leaving = members.leavers();
        // Whoever left during his own attempt, which then failed, has nothing to close, and waits all the same.
        close(leaving.stream().filter(tenancy -> tenancy.database() != null).toList());
        if (open().isEmpty()) {
            watch.closed(); // who comes in this turn opens it anew; the last one to leave waits until the turn is
            // passed on
        } else {
            members.sayGoodbye(leaving);
        }
    }

    /** Closes every anchor; true if that was because of a fatal error, and the file is to be opened again. */
    private boolean closeAll() {
        move(State.CLOSING);
        List<FileTenancy> open = open();
        close(open);
        closeLeavers();
        watch.closed();
        SQLException fatal = members.closedAfterFatal(open);
        if (fatal != null) {
            openings.brokenBy(fatal);
        }
        return fatal != null && !members.all().isEmpty();
    }

    private void close(List<FileTenancy> tenancies) {
        if (tenancies.isEmpty()) {
            return;
        }
        watch.look(tenancies);
        if (watch.isLockLost()) {
            // A checkpoint would write over what another process may have written since.
            tenancies.forEach(FileTenancy::leaveLog);
        } else if (watch.lost().isEmpty() && letsProgramsIn(tenancies)) {
            EarlyCheckpoint.write(tenancies.get(0), file(), members::pause);
        }
        tenancies.forEach(FileTenancy::closeDatabase);
        members.letGo(tenancies);
    }

    /** Whether the file is about to be free for programs that know nothing of the queue, and may have been written to. */
    private boolean letsProgramsIn(List<FileTenancy> closing) {
        return !readOnly
                && members.fatal() == null
                && closing.containsAll(open())
                && closing.stream().anyMatch(tenancy -> tenancy.terms().idleReleaseNanos() > 0);
    }

    private List<FileTenancy> open() {
        return members.all().stream()
                .filter(tenancy -> tenancy.database() != null)
                .toList();
    }

    private void move(State next) {
        LOG.trace("{}: {} -> {}", file(), members.state(), next);
        members.move(next);
    }

    /** What keeps the file from a pool at the moment. */
    String obstacle() {
        return switch (members.state()) {
            case IDLE -> file() + " is not open";
            case QUEUED -> TurnReport.describe(mutex);
            case OPENING ->
                openings.holder()
                        .map(holder -> file() + " is held by " + holder)
                        .orElse(file() + " is being opened");
            case OPEN -> file() + " is open in this process, and about to be opened for this pool";
            case DRAINING -> file() + " is about to be closed, and waits for borrowed connections";
            case CLOSING -> file() + " is being closed";
        };
    }

    @Override
    public String toString() {
        return members.state() + " " + file();
    }
}
