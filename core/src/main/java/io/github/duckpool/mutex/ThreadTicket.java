package io.github.duckpool.mutex;

import java.util.concurrent.locks.LockSupport;

/** A thread that waits for a permit, and the permit. Decided by its state; the future is not used. */
final class ThreadTicket extends Ticket<Permit> implements Permit {
    private final Thread thread = Thread.currentThread();

    /** Whether the thread has to be woken. Written before the last look at the state; read after the state was decided. */
    private volatile boolean parked;

    ThreadTicket(PermitLine line) {
        super(line);
    }

    /** Waits until it is decided, interrupted or the time is over. The flag of the thread stays as it is. */
    void await(int spins, Deadline deadline) {
        for (int i = spins; i > 0 && state == WAITING; i--) {
            Thread.onSpinWait();
        }
        while (state == WAITING && !thread.isInterrupted()) {
            long left = deadline.leftNanos();
            if (left <= 0) {
                return;
            }
            parked = true;
            if (state == WAITING) {
                if (deadline.isNever()) {
                    LockSupport.park(line);
                } else {
                    LockSupport.parkNanos(line, left);
                }
            }
            parked = false;
        }
    }

    @Override
    void takeAtOnce() {
        STATE.set(this, HELD);
    }

    @Override
    void tell() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    void expire(Throwable error) {
        throw new AssertionError("a thread keeps its own time");
    }

    @Override
    void abandon() {
        if (!leave()) {
            close();
        }
    }

    @Override
    public void run() {
        throw new AssertionError("a thread is told at once");
    }

    @Override
    public void close() {
        if (move(HELD, CLOSED)) {
            line.releaseBy(this);
        }
    }

    @Override
    public String toString() {
        return "Permit of " + line;
    }
}
