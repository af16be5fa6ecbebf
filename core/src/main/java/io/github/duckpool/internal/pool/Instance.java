package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.lease.OpenDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** An instance of DuckDB as one pool sees it: what its sessions share with all others, and a way to look at it. Thread-safe. */
final class Instance {
    private final SharedState shared;
    private final @Nullable DuckDBConnection anchor;

    /**
     * Makes a view.
     *
     * @param anchor what connections without a history are duplicated from; null if there is nothing of the kind
     */
    Instance(SharedState shared, @Nullable DuckDBConnection anchor) {
        this.shared = shared;
        this.anchor = anchor;
    }

    /** The instance behind an open database. */
    static Instance of(OpenDatabase database) {
        return database.origin() instanceof AnchoredDatabase anchored
                ? anchored.instance()
                : new Instance(SharedState.own(), null);
    }

    SharedState shared() {
        return shared;
    }

    /** Looks through the eyes of a session in which nobody has set anything, where there is one. */
    <S> S look(Connection raw, Eyes<S> eyes) throws SQLException {
        if (anchor == null) {
            return eyes.see(raw);
        }
        try (Connection pristine = anchor.duplicate()) {
            return eyes.see(pristine);
        }
    }

    /**
     * Looks through the session itself, or past it where it can't be used, for one because its transaction is aborted: SQL that
     * begins with a ROLLBACK runs all the same.
     */
    <S> S lookThrough(Connection raw, Eyes<S> eyes) throws SQLException {
        try {
            return eyes.see(raw);
        } catch (SQLException e) {
            if (anchor == null) {
                throw e;
            }
            return look(raw, eyes);
        }
    }

    /** Reads something from a connection. */
    @FunctionalInterface
    interface Eyes<S> {
        S see(Connection connection) throws SQLException;
    }
}
