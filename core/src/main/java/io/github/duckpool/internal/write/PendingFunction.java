package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.UnitOfWork;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A write whose function the writer runs, alone or in the transaction of a group.
 *
 * @param <T> the type of the result
 */
final class PendingFunction<T extends @Nullable Object> extends Pending<T> {
    private final Work<T> work;
    private @Nullable T value;

    PendingFunction(Work<T> work, Call call, Budget budget, WorkReport report) {
        super(call, budget, report);
        this.work = work;
    }

    /** Runs the function in a transaction that others share; what it returned is kept until that is committed. */
    void runIn(UnitOfWork unit) throws SQLException {
        boolean interrupted = Thread.interrupted();
        try {
            call.using(unit);
            value = work.on(unit.open(call));
        } finally {
            call.using(null);
            endInterrupt(interrupted);
        }
        SQLException swallowed = unit.firstError();
        if (swallowed != null) {
            throw swallowed;
        }
    }

    /** An interrupt that a function leaves behind is no interrupt of what comes after it on the same thread. */
    private static void endInterrupt(boolean before) {
        Thread.interrupted();
        if (before) {
            Thread.currentThread().interrupt();
        }
    }

    /** The transaction is committed. */
    @Override
    @SuppressWarnings("NullAway") // null where the caller's T is nullable
    void committed() {
        succeed(value);
    }

    /** Runs the function in a transaction of its own, and settles the outcome. */
    @Override
    void alone(Units units) {
        T result;
        boolean interrupted = Thread.interrupted();
        try {
            result = units.write(work, call, budget);
        } catch (Throwable e) { // a checked one too, which a function can throw without declaring it
            fail(e);
            return;
        } finally {
            endInterrupt(interrupted);
        }
        succeed(result);
    }
}
