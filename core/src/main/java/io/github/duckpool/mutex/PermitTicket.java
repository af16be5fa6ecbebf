package io.github.duckpool.mutex;

import java.util.concurrent.TimeoutException;

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
        line.deliver(this);
    }

    @Override
    public void run() {
        if (!settle(this)) {
            close();
        }
    }

    @Override
    void fail(Throwable error) {
        line.deliver(() -> settleExceptionally(error));
    }

    @Override
    void expire(TimeoutException error) {
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
