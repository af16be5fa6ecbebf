package io.github.duckpool.internal.lease;

import java.sql.SQLException;
import java.util.Optional;

/**
 * One pool's hold on a database. Asking is asynchronous: {@link #request()} returns at once, and the {@link Tenant} hears
 * when the database is open. Thread-safe.
 */
public interface Lease {

    /**
     * Asks for the database. Does nothing when it is open or already asked for; cheap enough for every queued borrower. When
     * nobody waits at the time it is opened ahead of need, and kept as if somebody had waited.
     */
    void request();

    /**
     * Says who or what keeps the database away at the moment, for the message of a time-out.
     *
     * @return the holder of the file or the state of the lease; empty while the database is open here
     */
    Optional<String> obstacle();

    /**
     * Drains, closes and opens the database again, after an error that only a fresh instance cures. The tenants' borrowed
     * connections are cut off: every statement on them would fail. Does nothing when another instance is open by now: the
     * error of a connection that was cut off late must not cost the next instance its borrowers.
     *
     * @param broken the instance that failed, as {@link Tenant#opened} was given it
     * @param why the fatal error
     */
    void reopen(OpenDatabase broken, SQLException why);

    /**
     * Says what is wrong with the hold on the database, so that nobody should rely on it.
     *
     * @return the danger, and what to do; empty while there is none
     */
    default Optional<String> fault() {
        return Optional.empty();
    }

    /**
     * Leaves the database for good. Called after the tenant has closed all its connections; the last tenant's call closes the
     * database, frees DuckDB's lock and passes the turn on before it returns.
     */
    void close();
}
