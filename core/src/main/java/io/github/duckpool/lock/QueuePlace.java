package io.github.duckpool.lock;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The place of a process in the queue for a database file, where programs take turns that use duckpool's {@code FileMutex}, or
 * another implementation of its protocol.
 *
 * @param pid the process; 0 if it can't be seen from here
 * @param ticket the number of its ticket; the lower came first
 * @param exclusive whether it wants, or has, the file for itself alone
 * @param turn whether its turn has come
 * @param ahead how many tickets are before it; 0 while it has an exclusive turn
 */
public record QueuePlace(long pid, long ticket, boolean exclusive, boolean turn, int ahead) {
    private static final long GUARD = 1L << 62;
    private static final long WRITERS = 1L << 61;
    private static final long TICKET_LIMIT = 1L << 60;

    /**
     * Reads the queue from the locks on its companion file.
     *
     * @param locks all locks on the file, in any order
     * @return the places, first come first
     */
    static List<QueuePlace> of(List<LockTable.Lock> locks) {
        List<QueuePlace> tickets = new ArrayList<>();
        for (LockTable.Lock lock : locks) {
            // Read locks are the probes of those who wait. The kernel shows neighbours of one process as one lock, so
            // that
            // the guard may be part of it while a ticket is drawn.
            long ticket = lock.end() - GUARD;
            if (lock.write() && ticket > 0 && ticket < TICKET_LIMIT) {
                boolean exclusive = locks.stream()
                        .anyMatch(flag -> flag.write()
                                && flag.pid() == lock.pid()
                                && flag.start() <= WRITERS + ticket
                                && flag.end() >= WRITERS + ticket
                                && flag.end() < WRITERS + TICKET_LIMIT);
                tickets.add(new QueuePlace(lock.pid(), ticket, exclusive, false, 0));
            }
        }
        tickets.sort(Comparator.comparingLong(QueuePlace::ticket));
        List<QueuePlace> places = new ArrayList<>();
        boolean writerAhead = false;
        for (QueuePlace place : tickets) {
            int ahead = places.size();
            boolean turn = place.exclusive ? ahead == 0 : !writerAhead;
            places.add(new QueuePlace(place.pid, place.ticket, place.exclusive, turn, ahead));
            writerAhead |= place.exclusive;
        }
        return List.copyOf(places);
    }

    @Override
    public String toString() {
        String kind = exclusive ? "exclusive" : "shared";
        return turn
                ? "has a" + (exclusive ? "n " : " ") + kind + " turn"
                : "waits for a" + (exclusive ? "n " : " ") + kind + " turn, " + ahead + " ahead";
    }
}
