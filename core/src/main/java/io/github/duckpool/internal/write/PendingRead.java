package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * A read that a worker does.
 *
 * @param <T> the type of the result
 */
final class PendingRead<T extends @Nullable Object> extends Pending<T> {
    private final Work<T> work;

    PendingRead(Work<T> work, Call call, Budget budget, WorkReport report) {
        super(call, budget, report);
        this.work = work;
    }

    /** Reads with a connection that was granted, which goes back in any case. */
    void with(UnitOfWork unit, Units units) {
        if (!call.start()) {
            unit.close();
            return;
        }
        read(units, unit);
    }

    @Override
    void alone(Units units) {
        read(units, null);
    }

    private void read(Units units, @Nullable UnitOfWork unit) {
        T result;
        try {
            result = units.read(work, call, budget, unit);
        } catch (Throwable e) { // a checked one too, which a function can throw without declaring it
            fail(e);
            return;
        }
        succeed(result);
    }

    @Override
    void committed() {
        throw new IllegalStateException("a read shares no transaction");
    }
}
