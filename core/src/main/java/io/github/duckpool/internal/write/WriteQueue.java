package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.HoldAndWait;
import io.github.duckpool.internal.wait.Uncaught;
import io.github.duckpool.mutex.Permit;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way into the line for writes that another thread does: room is taken first, then a place of one's own or one shared with a
 * group. Whatever is refused or fails on this way gives its room back, and a turn that comes is served or passed on, whether or not
 * there is memory for it: what serving it needs is made before the place is taken. Thread-safe.
 */
final class WriteQueue {
    private final WriteSettings settings;
    private final WorkThreads threads;
    private final WritersLine line;
    private final Units units;
    private final QueueRoom room;
    private final HoldAndWait holders;
    private final WorkReport report;

    WriteQueue(
            WriteSettings settings,
            WorkThreads threads,
            WritersLine line,
            Units units,
            QueueRoom room,
            HoldAndWait holders) {
        this.settings = settings;
        this.threads = threads;
        this.line = line;
        this.units = units;
        this.room = room;
        this.holders = holders;
        this.report = line.report();
    }

    /** Joins a group and waits for the outcome. */
    <T extends @Nullable Object> T share(String what, Function<Call, Pending<T>> made) throws SQLException {
        boolean noted = holders.begin(what);
        try {
            Pending<T> member = made.apply(new Call(threads, room));
            if (!room.enter()) {
                throw report.full(room.most());
            }
            member.blockCaller();
            queue(member, true);
            return member.await();
        } finally {
            if (noted) {
                holders.end();
            }
        }
    }

    /** Puts a future at the end of the line, in a group or by itself; one that is refused says why. */
    <T extends @Nullable Object> Pending<T> queue(String what, boolean shares, Function<Call, Pending<T>> made) {
        Pending<T> write = made.apply(new Call(threads, room));
        SQLException refusal = settings.readOnly() ? report.readOnly(what) : null;
        if (refusal == null && !room.enter()) {
            refusal = report.full(room.most());
        }
        if (refusal != null) {
            Pending<T> refused = made.apply(new Call(threads)); // has no room to give back
            refused.completeExceptionally(refusal);
            return refused;
        }
        queue(write, shares);
        return write;
    }

    /** Puts it at the end of the line, for which it has room. */
    private void queue(Pending<?> write, boolean shares) {
        try {
            write.watch(threads);
            if (shares) {
                line.join(write);
            } else {
                takePlace(write);
            }
        } catch (RuntimeException | Error e) { // when there is no memory left, for one
            if (write.call.abandon()) {
                throw e;
            }
            // Its turn has come all the same: what becomes of it is told as ever, and may be that it is committed.
            Uncaught.report(e);
        }
    }

    private void takePlace(Pending<?> write) {
        CompletableFuture<Permit> place = line.takePlace(write.budget);
        try {
            // First: once its turn has come somebody else has the place, and nothing here may fail any more.
            write.leaveBy(() -> place.cancel(false));
            place.whenComplete((turn, error) -> {
                if (turn != null) {
                    granted(write, turn);
                } else {
                    write.fail(line.translate(error, write.budget));
                    threads.deliver(write);
                }
            });
        } catch (OutOfMemoryError e) { // a turn that nobody hears of would never be passed on
            WritersLine.giveUp(place);
            throw e;
        }
    }

    private void granted(Pending<?> write, Permit turn) {
        try {
            threads.write(() -> takeTurn(write, turn));
        } catch (OutOfMemoryError e) { // for the task itself
            takeTurn(write, turn);
        }
    }

    /** Throws nothing; again it does nothing. */
    private void takeTurn(Pending<?> write, Permit turn) {
        try {
            if (write.call.start()) {
                write.budget.leftLine();
                line.begin();
                write.alone(units);
            }
        } catch (RuntimeException | Error e) {
            write.fail(e);
            Uncaught.report(e);
        } finally {
            line.leave(turn);
        }
        try {
            threads.deliver(write);
        } catch (OutOfMemoryError e) { // no memory for the way there
            write.run();
        }
    }
}
