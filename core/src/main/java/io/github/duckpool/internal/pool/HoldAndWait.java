package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Threads that hold a connection and wait for another. When every connection is held by such a thread, none will ever come
 * free: the thread whose wait would close the circle is refused instead.
 *
 * <p>A thread notes itself first and looks afterwards. So of several that come at once at least the last to be noted sees
 * them all; that two see each other and both are refused can't be excluded, and is better than a deadlock. Thread-safe.
 */
public final class HoldAndWait {
    private final PoolSettings settings;
    private final BorrowGate<Session> gate;
    private final SlotLending[] lendings;
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

    HoldAndWait(PoolSettings settings, BorrowGate<Session> gate, SlotLending[] lendings) {
        this.settings = settings;
        this.gate = gate;
        this.lendings = lendings;
    }

    /**
     * Notes that this thread is about to wait until another thread has used a connection. Follow with {@link #end}.
     *
     * @param what what it wants to do, as the error names it
     * @return whether it holds a connection and so was noted; if not, {@link #end} need not be called
     * @throws SQLException if the wait could never end
     */
    public boolean begin(String what) throws SQLException {
        Thread me = Thread.currentThread();
        if (holders(me)[0] == 0) {
            return false;
        }
        waiting.add(me);
        int[] holders = holders(me);
        if (holders[1] < settings.maxSize()) {
            return true;
        }
        waiting.remove(me);
        throw new SQLException(
                settings.name() + ": " + what + " needs a connection while this thread holds "
                        + (holders[0] == 1 ? "one" : holders[0]) + " of the " + settings.maxSize()
                        + " there are, and none will come free: "
                        + (holders[0] == holders[1] ? "it holds them all" : "their holders all wait for another")
                        + "; give the connection back first, or raise maxSize",
                "57P05");
    }

    /** Ends the wait of this thread. */
    public void end() {
        waiting.remove(Thread.currentThread());
    }

    /** How many connections this thread holds, and how many are held by threads that wait. */
    private int[] holders(Thread me) {
        int[] holders = new int[2];
        gate.forEachLent((slot, stamp) -> {
            Thread holder = lendings[slot.index()].holder(stamp);
            if (holder == me) {
                holders[0]++;
            }
            if (holder != null && waiting.contains(holder)) {
                holders[1]++;
            }
        });
        return holders;
    }
}
