package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Notes who read what, one small transaction each; all desks change the same counter row. {@link #acknowledged()} is how many
 * readings were committed: each of them must be found in the end.
 */
final class Desk implements Runnable {
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private final DuckPool pool;
    private final Tally tally;
    private final BooleanSupplier goOn;
    private final int number;
    private volatile int acknowledged;

    Desk(DuckPool pool, Tally tally, BooleanSupplier goOn, int number) {
        this.pool = pool;
        this.tally = tally;
        this.goOn = goOn;
        this.number = number;
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean()) {
            int next = acknowledged + 1;
            if (tally.write(pool, connection -> Archive.noteReading(connection, number, next, next))) {
                acknowledged = next;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    int acknowledged() {
        return acknowledged;
    }
}
