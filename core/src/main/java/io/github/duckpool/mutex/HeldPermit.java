package io.github.duckpool.mutex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A permit that was free when it was asked for, and was not taken at a {@link Door}. */
final class HeldPermit implements Permit {
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(HeldPermit.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PermitLine line;

    @SuppressWarnings("UnusedVariable") // by its handle
    private volatile boolean closed;

    HeldPermit(PermitLine line) {
        this.line = line;
    }

    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, false, true)) {
            line.release();
        }
    }

    @Override
    public String toString() {
        return "Permit of " + line;
    }
}
