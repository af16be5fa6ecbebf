package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.LockTable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The wait for programs that take no turns and have the file locked by DuckDB. It looks, and takes nothing: one of them may come
 * again before the command opens the file, which then sees DuckDB's error.
 *
 * <p>Linux stops all locking of the machine while its list of locks is read, for 6 to 14 ms. So the pauses grow with the wait, to an eighth
 * of it, which is how much later than it could the command may start; and a look comes at once when one of those who had
 * the lock has ended, which costs next to nothing to ask.
 */
final class LockWait {
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int SHARE = 8;

    private LockWait() {}

    /**
     * Waits until DuckDB would open the file. Returns at once where nothing tells who has a file, as on Windows.
     *
     * @param shared whether the command only reads, which readers don't hinder
     * @throws CommandFailure if it is still locked at the end of the patience
     */
    static void on(Path file, boolean shared, Patience patience)
            throws CommandFailure, InterruptedException, IOException {
        for (Set<Long> those = blockers(file, shared); !those.isEmpty(); those = blockers(file, shared)) {
            if (patience.isOver()) {
                throw patience.timedOut("DuckDB's lock was not free on " + Holding.of(file));
            }
            if (patience.isNoteDue()) {
                patience.note("waiting for DuckDB's lock on " + Holding.of(file));
            }
            pause(those, pauseNanos(patience.waited().toNanos()), patience);
        }
    }

    static long pauseNanos(long waitedNanos) {
        return Math.max(SHORTEST_NANOS, Math.min(LONGEST_NANOS, waitedNanos / SHARE));
    }

    private static void pause(Set<Long> blockers, long nanos, Patience patience) throws InterruptedException {
        long from = System.nanoTime();
        long most = Math.max(1, Math.min(nanos, patience.left().toNanos()));
        // Of others that can't be seen from here, as under hidepid, no end can be seen either.
        List<ProcessHandle> seen =
                blockers.stream().flatMap(pid -> ProcessHandle.of(pid).stream()).toList();
        for (long left = most; left > 0; left = most - (System.nanoTime() - from)) {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, TICK_NANOS));
            if (seen.stream().anyMatch(process -> !process.isAlive())) {
                return;
            }
        }
    }

    /** The numbers of those in the way; 0 for one that can't be seen from here. */
    private static Set<Long> blockers(Path file, boolean shared) throws IOException {
        Optional<LockTable> table = LockTable.read();
        if (table.isPresent()) {
            return table.get().on(file).stream()
                    .filter(lock -> lock.write() || !shared)
                    .map(LockTable.Lock::pid)
                    .collect(Collectors.toSet());
        }
        try {
            return LockHolders.of(file).holders().stream()
                    .filter(holder -> holder.mode() == Mode.WRITE || (holder.mode() == Mode.READ && !shared))
                    .map(LockHolder::pid)
                    .collect(Collectors.toSet());
        } catch (NoSuchFileException e) {
            return Set.of(); // the command makes it
        }
    }
}
