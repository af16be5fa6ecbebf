package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.UnitOfWork;
import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fate of one read or write. One atomic state decides between its commit and whoever wants to stop it, a deadline or a
 * cancelled future: who stops it first may promise that nothing of it will ever be committed, and who comes after the commit
 * has begun is told that it is too late.
 *
 * <p>Thread-safe; {@link #start}, {@link #using}, {@link #beginCommit} and {@link #reopen} belong to the thread that does the
 * work.
 */
final class Call implements UnitOfWork.Permission {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private enum Stage {
        /** In line, or waiting for a connection. */
        WAITING,
        /** Its function runs, ran, or will run again; nothing is committed. */
        RUNNING,
        /** A COMMIT is under way. */
        COMMITTING,
        /** Done: committed, or failed by itself. */
        OVER
    }

    /** A stage, or the exception that says why it was stopped. */
    private final AtomicReference<Object> state = new AtomicReference<>(Stage.WAITING);

    private final WorkThreads threads;

    /** What it gives back when it leaves the line; null if it takes no room there. */
    private final @Nullable QueueRoom room;

    /** The connection its function uses at this moment. */
    private volatile @Nullable UnitOfWork unit;

    private volatile @Nullable Future<?> deadline;

    /** A call that waits in no line. */
    Call(WorkThreads threads) {
        this(threads, null);
    }

    /** A call that has taken room in the line. */
    Call(WorkThreads threads, @Nullable QueueRoom room) {
        this.threads = threads;
        this.room = room;
    }

    /** Takes it out of the line; false if it has started or is stopped. */
    boolean withdraw(SQLException why) {
        return leaveLine(why) && endTimer();
    }

    /** Takes it out of the line where nobody is to be told why, because its caller is; false if it has started or is stopped. */
    boolean abandon() {
        return leaveLine(Stage.OVER) && endTimer();
    }

    /** What is over needs no deadline any more, which would keep it in memory until then. True. */
    private boolean endTimer() {
        Future<?> timer = deadline;
        if (timer != null) {
            try {
                timer.cancel(false);
            } catch (OutOfMemoryError e) {
                // Then it goes off, and finds that this is over.
            }
        }
        return true;
    }

    /** Nobody comes back into the line, so the room is given back once. */
    private boolean leaveLine(Object next) {
        if (!state.compareAndSet(Stage.WAITING, next)) {
            return false;
        }
        if (room != null) {
            room.leave();
        }
        return true;
    }

    /** Stops it for good, unless its commit has begun; what runs is interrupted until it gives up. */
    boolean stop(SQLException why) {
        if (withdraw(why)) {
            return true;
        }
        if (!state.compareAndSet(Stage.RUNNING, why)) {
            return false;
        }
        UnitOfWork running = unit;
        if (running != null) {
            interruptElsewhere(running);
        }
        return endTimer();
    }

    /** Stops it at a deadline, whatever it is at by then, and does what is to be done when it was stopped. */
    void stopAfter(long nanos, Supplier<SQLException> why, Runnable then) {
        deadline = threads.later(nanos, () -> {
            if (stop(why.get())) {
                then.run();
            } else if (!isOver()) {
                // A COMMIT is under way. If it fails and is tried again, that is stopped.
                stopAfter(AGAIN_NANOS, why, then);
            }
        });
    }

    /** Never fails, for it is stopped already, and whoever stopped it has still to tell that. */
    private void interruptElsewhere(UnitOfWork running) {
        try {
            threads.detached("canceller", this::interruptUntilOver);
        } catch (OutOfMemoryError e) { // no thread could be started: here, and this once
            running.interrupt(this);
        }
    }

    /** An interrupt between two statements is lost, so one is not enough. */
    private void interruptUntilOver() {
        long pauseNanos = FIRST_PAUSE_NANOS;
        for (UnitOfWork running = unit; running != null; running = unit) {
            running.interrupt(this);
            LockSupport.parkNanos(pauseNanos);
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        }
    }

    /** Its turn has come. False if it was stopped before. */
    boolean start() {
        return leaveLine(Stage.RUNNING) || state.get() == Stage.RUNNING;
    }

    /** Its function begins to use a connection, or with null has ended. */
    void using(@Nullable UnitOfWork used) throws SQLException {
        unit = used;
        if (used != null) {
            check(); // whoever stopped it before has not seen the connection
        }
    }

    /** Shuts the door to whoever wants to stop it. False if it is stopped. */
    boolean beginCommit() {
        return state.compareAndSet(Stage.RUNNING, Stage.COMMITTING);
    }

    /** It is known that nothing was committed, and it may be tried again, or stopped. */
    void reopen() {
        state.compareAndSet(Stage.COMMITTING, Stage.RUNNING);
    }

    /** It is done, with or without success. False if it was stopped. Never fails: what is committed must not look as if it had. */
    boolean finish() {
        boolean ended = end();
        endTimer();
        return ended;
    }

    private boolean end() {
        Object seen = state.get();
        return seen instanceof Stage
                && (seen == Stage.OVER
                        || (seen == Stage.WAITING ? leaveLine(Stage.OVER) : state.compareAndSet(seen, Stage.OVER))
                        || end());
    }

    /** Whether its turn has not come, and may still come. */
    boolean isWaiting() {
        return state.get() == Stage.WAITING;
    }

    /** Whether it is done or stopped. */
    boolean isOver() {
        Object seen = state.get();
        return seen == Stage.OVER || seen instanceof SQLException;
    }

    /** Why it was stopped; null if it was not. */
    @Nullable
    SQLException stopped() {
        return state.get() instanceof SQLException why ? why : null;
    }

    /** Throws if it was stopped. */
    @Override
    public void check() throws SQLException {
        SQLException why = stopped();
        if (why != null) {
            throw why;
        }
    }
}
