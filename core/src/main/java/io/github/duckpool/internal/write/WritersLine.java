package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.HoldAndWait;
import io.github.duckpool.internal.wait.Uncaught;
import io.github.duckpool.mutex.AsyncMutex;
import io.github.duckpool.mutex.Permit;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The line in which writers wait for their turn, first come, first served: blocking threads, futures, and groups.
 *
 * <p>A group is many writers with one place. Whoever may share joins the group at the end of the line, as long as nobody has
 * taken a place behind it and its turn has not come; so a joiner never passes one who came before. Places behind a group are
 * taken, and groups opened, under one monitor where both happen without blocking; a blocking thread waits for its place afterwards.
 *
 * <p>Thread-safe.
 */
final class WritersLine implements WorkReport.Line {
    /** What becomes of groups. */
    interface Turns {
        /** A group has got a place. */
        void opened(Group group, Pending<?> first);

        /** Its turn has come; whoever hears it passes the permit on by {@link #leave}. */
        void granted(Group group, Permit permit);

        /** The line was closed before. */
        void refused(Group group);

        /** There is nobody to hear when its turn comes. */
        void abandoned(Group group, Error why);
    }

    private final AsyncMutex mutex = new AsyncMutex();
    private final HoldAndWait holders;
    private final WorkReport report;
    private final Turns turns;
    private final QueueRoom room;
    private final Gathering gathering = new Gathering(this::joined);

    /** The group that may be joined; null if the last place is nobody's to share. */
    private volatile @Nullable Group last;

    private volatile @Nullable Thread writer;
    private volatile long sinceNanos;

    /**
     * Makes an empty line.
     *
     * @param name the pool's name
     * @param holders the guard against threads that wait for themselves
     * @param turns hears of groups, on any thread
     * @param room for those who wait
     */
    WritersLine(String name, HoldAndWait holders, Turns turns, QueueRoom room) {
        this.holders = holders;
        this.report = new WorkReport(name, this);
        this.turns = turns;
        this.room = room;
    }

    WorkReport report() {
        return report;
    }

    Gathering gathering() {
        return gathering;
    }

    /** How many have joined the last group, 0 if there is none; negative if somebody else comes before the next who join. */
    private synchronized int joined() {
        Group group = last;
        int size = group == null ? 0 : group.size();
        return mutex.queueLength() <= Math.min(size, 1) ? size : -1;
    }

    /** Throws if this thread is inside a write: another would wait for itself. */
    void refuseNested(String what) throws SQLException {
        if (writer == Thread.currentThread()) {
            throw report.nested(what);
        }
    }

    /** The turn, if nobody has it and nobody waits. */
    @Nullable
    Permit tryEnter() throws SQLException {
        try {
            return mutex.tryAcquire();
        } catch (IllegalStateException e) {
            throw report.closed();
        }
    }

    /** Waits for the turn on this thread. */
    Permit enter(String what, Budget budget) throws SQLException {
        Permit free = tryEnter();
        if (free != null) {
            budget.leftLine();
            return free;
        }
        boolean noted = holders.begin(what);
        try {
            if (!room.enter()) {
                throw report.full(room.most());
            }
            try {
                return await(takePlace(null), budget);
            } finally {
                room.leave();
            }
        } finally {
            if (noted) {
                holders.end();
            }
        }
    }

    private Permit await(CompletableFuture<Permit> place, Budget budget) throws SQLException {
        try {
            Permit permit = place.get(budget.leftNanos(), TimeUnit.NANOSECONDS);
            budget.leftLine();
            return permit;
        } catch (InterruptedException e) {
            giveUp(place);
            Thread.currentThread().interrupt();
            throw report.interrupted(budget, e);
        } catch (TimeoutException e) {
            giveUp(place);
            throw report.timedOut(budget);
        } catch (ExecutionException e) {
            throw report.closed();
        } catch (Error e) { // no memory, or no stack: a turn that nobody waits for would never be passed on
            giveUp(place);
            throw e;
        }
    }

    /**
     * A place that nobody shares, at the end of the line: who comes now can't join the group before it any more.
     *
     * @param budget bounds the wait; null if the caller does
     * @return the turn to come; cancelling it leaves the line
     */
    synchronized CompletableFuture<Permit> takePlace(@Nullable Budget budget) {
        last = null;
        gathering.end();
        return budget == null ? mutex.acquire() : mutex.acquire(Duration.ofNanos(budget.leftNanos()));
    }

    /** Leaves the line, or passes on the turn that came at the same moment. */
    @SuppressWarnings("NullAway") // nobody but the caller has the future
    static void giveUp(CompletableFuture<Permit> place) {
        // Not by cancel: that takes memory.
        if (!place.complete(null) && !place.isCompletedExceptionally()) {
            place.join().close();
        }
    }

    /** Puts a writer who shares at the end of the line. */
    void join(Pending<?> member) {
        while (true) {
            Group group = last;
            if (group != null && group.join(member)) {
                gathering.came(member.number);
                member.leaveBy(group);
                return;
            }
            CompletableFuture<Permit> place;
            Group fresh;
            synchronized (this) {
                if (last != group) {
                    continue;
                }
                fresh = new Group();
                fresh.join(member);
                place = mutex.acquire();
                last = fresh;
            }
            member.leaveBy(fresh);
            try {
                turns.opened(fresh, member);
            } finally {
                listen(fresh, place);
            }
            return;
        }
    }

    private void listen(Group group, CompletableFuture<Permit> place) {
        try {
            place.whenComplete((permit, error) -> {
                if (permit != null) {
                    turns.granted(group, permit);
                } else {
                    turns.refused(group);
                }
            });
        } catch (Error e) { // no memory: a turn that nobody hears of would never be passed on
            try {
                turns.abandoned(group, e);
            } finally {
                giveUp(place);
            }
            throw e;
        }
    }

    /** What a place that was not granted means to the one who waited. */
    SQLException translate(@Nullable Throwable error, Budget budget) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        if (cause instanceof TimeoutException) {
            return report.timedOut(budget);
        }
        return cause instanceof IllegalStateException ? report.closed() : report.cancelled();
    }

    /** Notes that this thread writes from now on. */
    void begin() {
        sinceNanos = System.nanoTime();
        writer = Thread.currentThread();
    }

    /** Ends what {@link #begin} began, and passes the turn on. Never fails: what goes wrong with the next is nothing to the caller. */
    void leave(Permit permit) {
        writer = null;
        try {
            permit.close();
        } catch (RuntimeException | Error e) {
            Uncaught.report(e);
        }
    }

    @Override
    public String describe() {
        Thread writing = writer;
        int waiting = mutex.queueLength();
        return (writing == null
                        ? "nobody writes now"
                        : "thread " + writing.getName() + " has been writing for "
                                + Budget.millis(System.nanoTime() - sinceNanos))
                + ", places taken in line " + waiting;
    }

    /** Fails everyone who waits. */
    void close() {
        mutex.close();
    }
}
