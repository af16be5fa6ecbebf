package io.github.duckpool.internal.lease;

import java.sql.SQLException;

/**
 * A database file was opened, and is closed again, because it could not be set up: by its initial SQL, for one. That is no matter of turns, though
 * the error may speak of a lock, on a file that the SQL attaches; so it is kept from retry policies, which look at the cause of an
 * exception, and from whoever waits until this file is free.
 */
public final class NotSetUpException extends SQLException {
    private static final long serialVersionUID = 1;

    private final SQLException error;

    /**
     * Wraps the error.
     *
     * @param error what borrowers are told
     */
    public NotSetUpException(SQLException error) {
        super("the database was opened and could not be set up", "08001");
        this.error = error;
    }

    /** What borrowers are told. */
    SQLException error() {
        return error;
    }
}
