package io.github.duckpool.internal.lease;

import java.sql.Connection;
import java.sql.SQLException;

/** A further view of an open database: whoever is done with the view before says nothing about this one. */
record SameDatabase(OpenDatabase database) implements OpenDatabase {
    @Override
    public Connection connect() throws SQLException {
        return database.connect();
    }

    @Override
    public boolean isLost() {
        return database.isLost();
    }

    @Override
    public OpenDatabase origin() {
        return database.origin();
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
