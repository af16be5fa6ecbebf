package io.github.duckpool.internal.lease;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * One database while it is open in this process. It holds the anchor, a connection that no client ever touches and from
 * which all others are duplicated, so that settings of one borrower can't be inherited by the next.
 */
public interface OpenDatabase {

    /**
     * Makes a further connection to the open database. Costs microseconds where the driver can duplicate the anchor.
     *
     * @return a connection of the caller's own
     * @throws SQLException if the database can't be connected to
     */
    Connection connect() throws SQLException;

    /**
     * Whether no further connection can be had, because the anchor is gone.
     *
     * @return true if only opening anew helps
     */
    default boolean isLost() {
        return false;
    }

    /**
     * The database itself, where this is a further view of it.
     *
     * @return what holds the anchor
     */
    default OpenDatabase origin() {
        return this;
    }

    /**
     * Closes the anchor. When every connection is closed before, DuckDB checkpoints and gives its file lock back here.
     *
     * @throws SQLException if the anchor could not be closed
     */
    void close() throws SQLException;
}
