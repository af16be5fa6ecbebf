package io.github.duckpool.internal.lease;

import io.github.duckpool.internal.lease.FileLease.State;
import io.github.duckpool.internal.wait.Daemons;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pools of one lease: who is a member, who is leaving, and how they and the lease's thread tell each other. The lock is never
 * held while anything is opened, drained, closed or told.
 *
 * <p>A wish is in its flag before the thread is told, and the thread looks for wishes under the lock before it rests or ends:
 * so none is lost. Whoever leaves while the thread is not at rest, and may be at work for him, waits until it says goodbye, which
 * it does at the end of every turn and, under the lock, before it rests. Thread-safe.
 */
final class LeaseMembers {
    private static final long KEEP_THREAD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, as all that follows. */
    private final List<FileTenancy> members = new ArrayList<>();

    private final List<FileTenancy> leavers = new ArrayList<>();
    private @Nullable Thread worker;
    private boolean signalled;
    private @Nullable SQLException fatal;

    /** Written by the lease's thread. */
    private volatile State state = State.IDLE;

    State state() {
        return state;
    }

    void move(State next) {
        state = next;
    }

    List<FileTenancy> all() {
        lock.lock();
        try {
            return List.copyOf(members);
        } finally {
            lock.unlock();
        }
    }

    List<FileTenancy> wishing() {
        return all().stream().filter(FileTenancy::wishes).toList();
    }

    void join(FileTenancy tenancy) {
        lock.lock();
        try {
            members.add(tenancy);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a member out; true if it has to wait until {@link FileTenancy#gone()}. */
    boolean leave(FileTenancy tenancy) {
        lock.lock();
        try {
            if (tenancy.hasLeft()) {
                return false;
            }
            tenancy.leave();
            members.remove(tenancy);
            Thread working = worker;
            boolean othersWish = members.stream().anyMatch(FileTenancy::wishes);
            // The turn goes on for them, and has nothing of his in it.
            boolean isOthers = othersWish || members.stream().anyMatch(FileTenancy::isHeld);
            if (working == null || state == State.IDLE || (isOthers && !tenancy.isHeld())) {
                return false;
            }
            leavers.add(tenancy);
            if (!othersWish && (state == State.QUEUED || state == State.OPENING)) {
                working.interrupt(); // it waits for a turn, or between two attempts, for nobody
            }
            signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Somebody has set a wish: the thread looks after it. */
    void wished(Runnable work, String name) {
        lock.lock();
        try {
            if (worker == null) {
                Thread thread = Daemons.of(work, name);
                thread.start(); // where there are no more threads, the next one who asks tries again
                worker = thread;
            }
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** Rests until there is a wish; false when none came for a while, and the thread is to end. */
    boolean awaitWish() {
        lock.lock();
        try {
            sayGoodbye();
            state = State.IDLE;
            long leftNanos = KEEP_THREAD_NANOS;
            while (members.stream().noneMatch(FileTenancy::wishes)) {
                if (members.isEmpty() || leftNanos <= 0) {
                    worker = null;
                    return false;
                }
                try {
                    leftNanos = changed.awaitNanos(leftNanos);
                } catch (InterruptedException e) {
                    // looks around, as after any signal
                }
            }
            Thread.interrupted(); // meant for the turn before
            state = State.QUEUED;
            return true;
        } finally {
            lock.unlock();
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

    /** The thread is about to open something for this member, who waits for it from now on if he leaves; false if he has left. */
    boolean hold(FileTenancy tenancy) {
        lock.lock();
        try {
            tenancy.held(!tenancy.hasLeft());
            return tenancy.isHeld();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is open for these any more. */
    void letGo(Collection<FileTenancy> tenancies) {
        lock.lock();
        try {
            tenancies.forEach(tenancy -> tenancy.held(false));
        } finally {
            lock.unlock();
        }
    }

    /** Those who have left and wait for the goodbye. */
    List<FileTenancy> leavers() {
        lock.lock();
        try {
            return List.copyOf(leavers);
        } finally {
            lock.unlock();
        }
    }

    void sayGoodbye() {
        lock.lock();
        try {
            sayGoodbye(List.copyOf(leavers));
        } finally {
            lock.unlock();
        }
    }

    void sayGoodbye(Collection<FileTenancy> leaving) {
        lock.lock();
        try {
            leavers.removeAll(leaving);
            leaving.forEach(FileTenancy::gone);
        } finally {
            lock.unlock();
        }
    }

    /** Notes a fatal error of an open database; false if it is known, or the database is not open any more. */
    boolean failed(FileTenancy tenancy, SQLException why) {
        lock.lock();
        try {
            if (!tenancy.isOpen() || fatal != null) {
                return false;
            }
            fatal = why;
            signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    SQLException fatal() {
        lock.lock();
        try {
            return fatal;
        } finally {
            lock.unlock();
        }
    }

    /** The failed database is closed: those who had it open ask for it again. Returns the error; null if there was none. */
    @Nullable
    SQLException closedAfterFatal(Collection<FileTenancy> open) {
        lock.lock();
        try {
            SQLException why = fatal;
            fatal = null;
            if (why != null) {
                open.stream().filter(tenancy -> !tenancy.hasLeft()).forEach(FileTenancy::askAgain);
            }
            return why;
        } finally {
            lock.unlock();
        }
    }
}
