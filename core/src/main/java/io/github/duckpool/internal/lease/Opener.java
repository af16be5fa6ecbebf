package io.github.duckpool.internal.lease;

import java.sql.SQLException;

/** Opens the database with one pool's settings and initial SQL; called once for each time the lease is won. */
@FunctionalInterface
public interface Opener {
    /**
     * Makes one attempt to open the database.
     *
     * @return the open database
     * @throws SQLException if it can't be opened; then nothing is left open
     */
    OpenDatabase open() throws SQLException;
}
