package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The document pipeline: brings letters in, a batch for each transaction. {@link #acknowledged()} is how many of its letters
 * were committed: each of them must be found in the end.
 */
final class Importer implements Runnable {
    private static final int BATCH = 50;
    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

    private final DuckPool pool;
    private final Tally tally;
    private final BooleanSupplier goOn;
    private final List<Letter> letters;
    private volatile int acknowledged;

    Importer(DuckPool pool, Tally tally, BooleanSupplier goOn, List<Letter> letters) {
        this.pool = pool;
        this.tally = tally;
        this.goOn = goOn;
        this.letters = letters;
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean() && acknowledged < letters.size()) {
            int from = acknowledged;
            int to = Math.min(from + BATCH, letters.size());
            if (tally.write(pool, connection -> Archive.insert(connection, letters.subList(from, to)))) {
                acknowledged = to;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    int acknowledged() {
        return acknowledged;
    }
}
