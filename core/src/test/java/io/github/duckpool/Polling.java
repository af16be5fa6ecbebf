package io.github.duckpool;

import java.sql.SQLTransientConnectionException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Asks for a connection without waiting for it, again and again. */
public final class Polling {
    private Polling() {}

    /** What {@code ask} gives when it is not told any more that no connection is free. */
    public static <T> T poll(Callable<T> ask) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                return ask.call();
            } catch (SQLTransientConnectionException | ExecutionException e) {
                boolean refused = e instanceof SQLTransientConnectionException
                        || e.getCause() instanceof SQLTransientConnectionException;
                if (!refused || System.nanoTime() >= deadline) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }
}
