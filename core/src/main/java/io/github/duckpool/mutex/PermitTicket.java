package io.github.duckpool.mutex;

/**
 * A future that waits for a permit, and is the permit. A permit that it was matched with may find the future completed from outside
 * meanwhile, and then goes on.
 */
final class PermitTicket extends Ticket<Permit> implements Permit {

    PermitTicket(PermitLine line) {
        super(line);
    }

    @Override
    void takeAtOnce() {
        STATE.set(this, HELD);
        settle(this);
    }

    @Override
    void tell() {
        line.telling.deliver(this);
    }

    /** Told twice, it hears it once. */
    @Override
    public void run() {
        if (state == FAILED) {
            settleAsClosed();
        } else if (!settle(this) && !isSettled()) {
            close();
        }
    }

    /** Whether it was told that it has the permit, and not completed from outside. */
    private boolean isSettled() {
        return !isCompletedExceptionally() && getNow(this) == this;
    }

    @Override
    void expire(Throwable error) {
        completeExceptionally(error);
    }

    @Override
    public void close() {
        if (move(HELD, CLOSED)) {
            line.releaseBy(this);
        }
    }

    @Override
    public String toString() {
        return (isDone() ? "Permit of " : "Request to ") + line;
    }
}
