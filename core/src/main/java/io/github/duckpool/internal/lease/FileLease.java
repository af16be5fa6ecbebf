package io.github.duckpool.internal.lease;

import io.github.duckpool.mutex.FileMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
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
 *   <li>OPENING: has the turn, and opens the file for each pool that wants it ({@link OpenAttempts});
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
 *   <li>A wish is in a flag before the thread is told, and waiting borrowers are looked for again after every closing: so nobody
 *       waits for a file that nobody is about to open.
 *   <li>The lock is never held while anything is opened, drained, closed or told.
 * </ol>
 *
 * <p>Thread-safe.
 */
final class FileLease {
    private static final Logger LOG = LoggerFactory.getLogger(FileLease.class);

    /** How often others are looked for: they wait half of it on average; each look costs some microseconds. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long KEEP_THREAD_NANOS = TimeUnit.SECONDS.toNanos(10);

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
    private final OpenAttempts attempts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, as all that follows. */
    private final List<FileTenancy> tenancies = new ArrayList<>();

    private final List<FileTenancy> leavers = new ArrayList<>();
    private @Nullable Thread worker;
    private boolean signalled;
    private @Nullable SQLException fatal;

    /** The fatal error after which nothing was opened yet; the thread's own. */
    private @Nullable SQLException broken;

    /** Written under the lock. */
    private volatile State state = State.IDLE;

    FileLease(FileMutex mutex, boolean readOnly) {
        this.mutex = mutex;
        this.readOnly = readOnly;
        this.attempts = new OpenAttempts(mutex.file(), this::pause);
    }

    Path file() {
        return mutex.file();
    }

    boolean isReadOnly() {
        return readOnly;
    }

    List<FileTenancy> tenancies() {
        lock.lock();
        try {
            return List.copyOf(tenancies);
        } finally {
            lock.unlock();
        }
    }

    void join(FileTenancy tenancy) {
        lock.lock();
        try {
            tenancies.add(tenancy);
        } finally {
            lock.unlock();
        }
    }

    /** Somebody has set a wish: looks after it. */
    void wished() {
        lock.lock();
        try {
            if (worker == null) {
                Thread thread = new Thread(
                        null, this::run, "duckpool lease on " + mutex.file().getFileName(), 0, false);
                thread.setDaemon(true);
                thread.start(); // where there are no more threads, the next one who asks tries again
                worker = thread;
            }
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** The database of this pool is dead for every connection: all are cut off, and it is opened again, in the same turn. */
    void reopen(FileTenancy tenancy, SQLException why) {
        lock.lock();
        try {
            if (!tenancy.isOpen() || fatal != null) {
                return;
            }
            fatal = why;
            signal();
        } finally {
            lock.unlock();
        }
        LOG.error("{}: fatal error in DuckDB, {} is closed and opened again", tenancy, file(), why);
    }

    /**
     * Takes a pool out.
     *
     * @return whether to wait until {@link FileTenancy#gone()}
     */
    boolean leave(FileTenancy tenancy) {
        lock.lock();
        try {
            if (tenancy.hasLeft()) {
                return false;
            }
            tenancy.leave();
            tenancies.remove(tenancy);
            boolean othersWish = tenancies.stream().anyMatch(FileTenancy::wishes);
            if (worker == null || (othersWish && !tenancy.isHeld())) {
                return false;
            }
            leavers.add(tenancy);
            if (!othersWish && (state == State.QUEUED || state == State.OPENING)) {
                worker.interrupt();
            }
            signal();
            return true;
        } finally {
            lock.unlock();
            FileLeases.forget(this);
        }
    }

    void signal() {
        lock.lock();
        try {
            signalled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a signal; an interrupt is one, since it only ever means that somebody left. */
    void pause(long nanos) {
        lock.lock();
        try {
            for (long left = nanos; !signalled && left > 0; ) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // looks around, as after any signal
        } finally {
            signalled = false;
            lock.unlock();
        }
    }

    private void run() {
        while (awaitWish()) {
            try {
                takeTurn();
            } catch (Throwable e) {
                LOG.error("the lease on {} failed", file(), e);
                failAll(new SQLException("the lease on " + file() + " failed: " + e, "08001", e));
            } finally {
                sayGoodbye();
            }
        }
    }

    private boolean awaitWish() {
        lock.lock();
        try {
            state = State.IDLE;
            long leftNanos = KEEP_THREAD_NANOS;
            while (tenancies.stream().noneMatch(FileTenancy::wishes)) {
                sayGoodbye(); // to whoever left since the last turn, which he was not part of
                if (tenancies.isEmpty() || leftNanos <= 0) {
                    worker = null;
                    return false;
                }
                try {
                    leftNanos = changed.awaitNanos(leftNanos);
                } catch (InterruptedException e) {
                    // looks around, as after any signal
                }
            }
            sayGoodbye();
            Thread.interrupted(); // meant for the turn before
            state = State.QUEUED;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void takeTurn() {
        try (JvmTurn turn = JvmTurn.take(mutex, readOnly)) {
            boolean again;
            do {
                try {
                    openWishing(turn);
                    serve(turn);
                } finally {
                    again = closeAll();
                }
            } while (again);
        } catch (InterruptedException e) {
            tenancies().forEach(FileTenancy::reconsider); // somebody left, and nobody else wanted the file
        } catch (IOException e) {
            failAll(new SQLNonTransientConnectionException(
                    "no turn can be taken on " + file() + ": " + e.getMessage(), "08001", e));
        }
        tenancies().forEach(FileTenancy::renew);
    }

    private void openWishing(JvmTurn turn) {
        for (FileTenancy tenancy : tenancies()) {
            tenancy.reconsider();
            if (!tenancy.wishes() || !hold(tenancy, state == State.OPEN ? State.OPEN : State.OPENING)) {
                continue;
            }
            OpenDatabase opened = null;
            try {
                String otherPath = turn.claimFile();
                if (otherPath != null) {
                    throw LeaseErrors.sameFile(file(), otherPath);
                }
                opened = attempts.open(tenancy);
                turn.claimFile(); // DuckDB may have made it
                if (opened != null && broken != null) {
                    LeaseErrors.probe(tenancy.toString(), opened, broken);
                    broken = null;
                }
            } catch (SQLException e) {
                fail(tenancy, opened, e);
                continue;
            } catch (RuntimeException | Error e) {
                fail(
                        tenancy,
                        opened,
                        new SQLException(tenancy + ": " + file() + " could not be opened: " + e, "08001", e));
                continue;
            }
            if (opened == null) {
                hold(tenancy, null);
            } else {
                tenancy.opened(opened, System.nanoTime());
            }
        }
    }

    private void fail(FileTenancy tenancy, @Nullable OpenDatabase opened, SQLException why) {
        if (opened != null) {
            FileTenancy.close(opened, tenancy.toString());
        }
        hold(tenancy, null);
        tenancy.failed(why);
    }

    /** Marks what the thread works on, so that whoever leaves waits for it; false if he has left already. */
    private boolean hold(FileTenancy tenancy, @Nullable State next) {
        lock.lock();
        try {
            if (next != null && tenancy.hasLeft()) {
                return false;
            }
            tenancy.held(next != null);
            state = next != null ? next : state;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lends until the file is to be closed. */
    private void serve(JvmTurn turn) {
        var slice = new Slice(System.nanoTime());
        while (true) {
            move(State.OPEN);
            closeLeavers();
            openWishing(turn);
            List<FileTenancy> open = held();
            if (open.isEmpty()) {
                return;
            }
            long pauseNanos = fatal() != null ? 0 : look(turn, slice, open);
            if (pauseNanos > 0) {
                pause(pauseNanos);
                continue;
            }
            move(State.DRAINING);
            if (new Draining(this, turn, open, fatal()).await()) {
                return;
            }
            long now = System.nanoTime();
            open.forEach(tenancy -> tenancy.lendAgain(now));
        }
    }

    /** How long nothing needs to be done; 0 when the file is to be closed. */
    private static long look(JvmTurn turn, Slice slice, List<FileTenancy> open) {
        long now = System.nanoTime();
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
        List<FileTenancy> closing = new ArrayList<>();
        lock.lock();
        try {
            leavers.stream().filter(FileTenancy::isHeld).forEach(closing::add);
        } finally {
            lock.unlock();
        }
        for (FileTenancy leaver : closing) {
            leaver.closeDatabase();
            hold(leaver, null);
        }
        if (!closing.isEmpty() && !held().isEmpty()) {
            lock.lock();
            try {
                leavers.removeAll(closing);
            } finally {
                lock.unlock();
            }
            closing.forEach(FileTenancy::gone); // the last one also waits until the turn is passed on
        }
    }

    /** Closes every anchor; true if that was because of a fatal error, and the file is to be opened again. */
    private boolean closeAll() {
        move(State.CLOSING);
        List<FileTenancy> open = held();
        open.forEach(FileTenancy::closeDatabase);
        closeLeavers();
        lock.lock();
        try {
            open.forEach(tenancy -> tenancy.held(false));
            boolean again = fatal != null && !tenancies.isEmpty();
            broken = fatal != null ? fatal : broken;
            fatal = null;
            if (again) {
                open.stream().filter(tenancy -> !tenancy.hasLeft()).forEach(FileTenancy::askAgain);
            }
            return again;
        } finally {
            lock.unlock();
        }
    }

    private void sayGoodbye() {
        List<FileTenancy> leaving;
        lock.lock();
        try {
            leaving = List.copyOf(leavers);
            leavers.clear();
        } finally {
            lock.unlock();
        }
        leaving.forEach(FileTenancy::gone);
    }

    private void failAll(SQLException why) {
        tenancies().stream().filter(FileTenancy::wishes).forEach(tenancy -> tenancy.failed(why));
    }

    private List<FileTenancy> held() {
        return tenancies().stream()
                .filter(tenancy -> tenancy.database() != null)
                .toList();
    }

    private @Nullable SQLException fatal() {
        lock.lock();
        try {
            return fatal;
        } finally {
            lock.unlock();
        }
    }

    private void move(State next) {
        lock.lock();
        try {
            state = next;
        } finally {
            lock.unlock();
        }
    }

    /** What keeps the file from a pool at the moment. */
    String obstacle() {
        return switch (state) {
            case IDLE -> file() + " is not open";
            case QUEUED -> TurnReport.describe(mutex);
            case OPENING ->
                attempts.holder()
                        .map(holder -> file() + " is held by " + holder)
                        .orElse(file() + " is being opened");
            case OPEN -> file() + " is open in this process, and about to be opened for this pool";
            case DRAINING -> file() + " is about to be closed, and waits for borrowed connections";
            case CLOSING -> file() + " is being closed";
        };
    }

    @Override
    public String toString() {
        return state + " " + file();
    }
}
