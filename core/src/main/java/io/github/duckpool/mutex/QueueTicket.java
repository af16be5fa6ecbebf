package io.github.duckpool.mutex;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One place in the queue of a file: a locked byte whose position is its number. The kernel drops it when the process dies, so
 * a place can't be stale.
 *
 * <p>An exclusive turn has come when no ticket below is held; a shared one when no writer's flag below is. Both are asked by
 * locking that range for an instant. Two threads of one process can't hold overlapping locks, so an own ticket in the range
 * reads as held, and a probe of another thread may make this one miss: the next poll sees it.
 */
final class QueueTicket {
    /** Keeps every held ticket reachable, and its file with it: a forgotten permit must not be released by the collector. */
    private static final Set<QueueTicket> LIVE = ConcurrentHashMap.newKeySet();

    /** How often the guard is tried: whoever draws a ticket, or asks as we do, has it for some microseconds. */
    private static final int GUARD_TRIES = 8;

    private static final long GUARD_PAUSE_NANOS = 20_000;

    /** How long the counter is trusted to tell that nobody has come since the kernel was asked: somebody may damage it. */
    private static final long TRUST_NANOS = 1_000_000_000;

    private final QueueFile file;
    private final long number;
    private final boolean shared;
    private final FileLock place;
    private final @Nullable FileLock writer;

    /** What the next number was when nobody was behind this place, and when that was; nobody has come while it stays. */
    private volatile long quietAt;

    private volatile long quietNanos;

    private QueueTicket(QueueFile file, long number, boolean shared, FileLock place, @Nullable FileLock writer) {
        this.file = file;
        this.number = number;
        this.shared = shared;
        this.place = place;
        this.writer = writer;
    }

    /**
     * Takes a place at the end of the queue.
     *
     * @return null while somebody else holds the guard, or in the rare case that no number is free: try again
     */
    static @Nullable QueueTicket tryEnqueue(QueueFile file, boolean shared) throws IOException {
        FileLock guard = file.tryLock(QueueFile.GUARD, 1, false);
        if (guard == null) {
            return null;
        }
        try {
            return enqueue(file, shared);
        } finally {
            guard.release();
        }
    }

    private static @Nullable QueueTicket enqueue(QueueFile file, boolean shared) throws IOException {
        long number = format(file);
        if (number < 1 || number >= QueueFile.TICKET_LIMIT) {
            number = 1;
        }
        // A live ticket at or above the counter: it was damaged. Only a number above all others keeps the order.
        while (!areFree(file, number)) {
            number *= 2;
            if (number >= QueueFile.TICKET_LIMIT) {
                return null;
            }
        }
        FileLock place = file.tryLock(QueueFile.TICKETS + number, 1, false);
        if (place == null) {
            return null;
        }
        FileLock writer = null;
        try {
            if (!shared) {
                writer = file.tryLock(QueueFile.WRITERS + number, 1, false);
                if (writer == null) {
                    place.release();
                    return null;
                }
            }
            file.next(number + 1);
            var ticket = new QueueTicket(file, number, shared, place, writer);
            LIVE.add(ticket);
            return ticket;
        } catch (IOException | RuntimeException | Error e) {
            place.release();
            if (writer != null) {
                writer.release();
            }
            throw e;
        }
    }

    /** A companion that can't be finished, on a full disk for one, is of no use to anybody, and nobody has a turn on it. */
    private static long format(QueueFile file) throws IOException {
        try {
            return file.format();
        } catch (IOException e) {
            long first = QueueFile.TICKETS + 1;
            try {
                if (file.isUnfinished() && file.isFree(first, Long.MAX_VALUE - first)) {
                    file.delete();
                }
            } catch (IOException stays) {
                e.addSuppressed(stays);
            }
            throw e;
        }
    }

    /** Whether everybody who must be served before has left. */
    boolean isMyTurn() throws IOException {
        return number == 1 || file.isFree((shared ? QueueFile.WRITERS : QueueFile.TICKETS) + 1, number - 1);
    }

    /** Gives the turn, or the place in the queue, back; harmless when done twice. It is kept alive until that has been done. */
    void release() {
        unlock(place);
        if (writer != null) {
            unlock(writer);
        }
        LIVE.remove(this);
    }

    /** Gives the turn back and tells the waiters. */
    void passOn() {
        release();
        try {
            file.released(number);
        } catch (IOException e) {
            // a hint: waiters find out by their probes
        }
    }

    /**
     * How many tickets were drawn behind this one; an upper bound of those who wait, for some may be gone. Where the counter tells nothing it is 1 for any
     * number of them, and 0 only if there are none.
     */
    long behind() {
        try {
            long counted = file.next() - 1 - number;
            return counted >= 0 || !isAnyHeld(file, number + 1) ? Math.max(0, counted) : 1;
        } catch (IOException e) {
            return 1;
        }
    }

    /** How many tickets were drawn, and not passed on, if those of this process don't tell; with the bounds of {@link #behind()}. */
    static long outstanding(QueueFile file) throws IOException {
        long counted = file.next() - 1 - file.released();
        // A count of 0 is trusted: to look takes the guard, and who only tries for a free file is refused while
        // somebody has that.
        return counted >= 0 || !isAnyHeld(file, 1) ? Math.max(0, counted) : 1;
    }

    private static boolean isAnyHeld(QueueFile file, long from) throws IOException {
        FileLock guard = guard(file);
        if (guard == null) {
            return true;
        }
        try {
            return !areFree(file, from);
        } finally {
            guard.release();
        }
    }

    /** Whether no ticket from this number on is held. The caller holds the guard. */
    private static boolean areFree(QueueFile file, long from) throws IOException {
        return file.isFree(QueueFile.TICKETS + from, Long.MAX_VALUE - QueueFile.TICKETS - from);
    }

    /**
     * Whether somebody alive waits for this turn to end. Readers do not wait for a reader. Costs a read while nobody comes,
     * else a few system calls under the guard: without it the probe could get in the way of a comer who locks his ticket.
     */
    boolean isAwaited() throws IOException {
        long counted = file.next(); // below number + 1 it is damaged, and tells nothing
        if (counted == number + 1 || (counted == quietAt && System.nanoTime() - quietNanos < TRUST_NANOS)) {
            return false;
        }
        FileLock guard = guard(file);
        if (guard == null) {
            return true;
        }
        try {
            long next = file.next();
            long from = number + 1;
            boolean quiet =
                    shared ? file.isFree(QueueFile.WRITERS + from, QueueFile.TICKET_LIMIT - from) : areFree(file, from);
            if (quiet) {
                quietNanos = System.nanoTime();
                quietAt = next;
            }
            return !quiet;
        } finally {
            guard.release();
        }
    }

    /**
     * Takes the guard, which other readers who ask the same have now and then: a busy one is no sign that somebody waits.
     *
     * @return null if it stays busy
     */
    private static @Nullable FileLock guard(QueueFile file) throws IOException {
        FileLock guard = file.tryLock(QueueFile.GUARD, 1, false);
        for (int tries = 1; guard == null && tries < GUARD_TRIES; tries++) {
            LockSupport.parkNanos(file, GUARD_PAUSE_NANOS);
            guard = file.tryLock(QueueFile.GUARD, 1, false);
        }
        return guard;
    }

    /**
     * Deletes the file, unless anybody else has a ticket. Nobody draws one meanwhile, because that takes the guard.
     *
     * @return false if the file stays
     */
    boolean deleteFile() throws IOException {
        FileLock guard = file.tryLock(QueueFile.GUARD, 1, false);
        if (guard == null) {
            return false;
        }
        try {
            return (number == 1 || file.isFree(QueueFile.TICKETS + 1, number - 1))
                    && areFree(file, number + 1)
                    && file.delete();
        } finally {
            guard.release();
        }
    }

    /** Whether the kernel may still know the lock: false when the channel was closed under it. */
    boolean isValid() {
        return place.isValid();
    }

    long number() {
        return number;
    }

    QueueFile file() {
        return file;
    }

    private static void unlock(FileLock lock) {
        try {
            lock.release();
        } catch (IOException closed) {
            // the channel is closed, so the lock is gone already
        }
    }

    @Override
    public String toString() {
        return (shared ? "shared ticket " : "ticket ") + number + " of " + file.path();
    }
}
