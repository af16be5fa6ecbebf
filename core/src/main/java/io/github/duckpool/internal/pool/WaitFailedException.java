package io.github.duckpool.internal.pool;

import java.sql.SQLException;

/** Carries the reason why the database can't be opened to everyone who waits for it. */
final class WaitFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SQLException why;

    WaitFailedException(SQLException why) {
        super(why.getMessage(), why, false, false);
        this.why = why;
    }

    /** An exception of the waiter's own, with its stack, of the reason's class where that is a standard one. */
    SQLException asSqlException() {
        return SqlExceptions.copy(why);
    }
}
