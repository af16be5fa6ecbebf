package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.LockTable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The wait for programs that take no turns and have the file locked by DuckDB. It looks, and takes nothing: one of them may come
 * again before the command opens the file, which then sees DuckDB's error.
 */
final class LockWait {
    private static final long SHORTEST_MILLIS = 10;
    private static final long LONGEST_MILLIS = 250;

    private LockWait() {}

    /**
     * Waits until DuckDB would open the file. Returns at once where nothing tells who has a file, as on Windows.
     *
     * @param shared whether the command only reads, which readers don't hinder
     * @throws CommandFailure if it is still locked at the end of the patience
     */
    static void on(Path file, boolean shared, Patience patience)
            throws CommandFailure, InterruptedException, IOException {
        long pauseMillis = SHORTEST_MILLIS;
        while (isLocked(file, shared)) {
            if (patience.isOver()) {
                throw patience.timedOut("DuckDB's lock was not free on " + Holding.of(file));
            }
            if (patience.isNoteDue()) {
                patience.note("waiting for DuckDB's lock on " + Holding.of(file));
            }
            long leftMillis = Math.min(LONGEST_MILLIS, patience.left().toMillis());
            TimeUnit.MILLISECONDS.sleep(Math.max(1, Math.min(pauseMillis, leftMillis)));
            pauseMillis = Math.min(LONGEST_MILLIS, 2 * pauseMillis);
        }
    }

    private static boolean isLocked(Path file, boolean shared) throws IOException {
        Optional<LockTable> table = LockTable.read();
        if (table.isPresent()) {
            return table.get().on(file).stream().anyMatch(lock -> lock.write() || !shared);
        }
        try {
            return LockHolders.of(file).holders().stream()
                    .map(LockHolder::mode)
                    .anyMatch(mode -> mode == Mode.WRITE || (mode == Mode.READ && !shared));
        } catch (NoSuchFileException e) {
            return false; // the command makes it
        }
    }
}
