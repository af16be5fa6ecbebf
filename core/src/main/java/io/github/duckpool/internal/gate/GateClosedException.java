package io.github.duckpool.internal.gate;

import java.io.Serial;

/** The gate was closed before this borrower got a slot. */
public final class GateClosedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    GateClosedException() {
        super("the borrow gate is closed");
    }
}
