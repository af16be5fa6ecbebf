package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/** Runs one transaction at a time, in arrival order, and counts it. Thread-safe. */
final class Writes {

    /** What one transaction does. */
    interface Work {
        void on(Connection connection) throws SQLException;
    }

    private final Tally tally;
    private final ReentrantLock turn = new ReentrantLock(true);

    Writes(Tally tally) {
        this.tally = tally;
    }

    /** Returns true if the transaction was committed, and false if an error got through, which is counted. */
    boolean write(DuckPool pool, Work work) {
        long asked = System.nanoTime();
        turn.lock();
        try (Connection connection = pool.getConnection()) {
            long given = System.nanoTime();
            connection.setAutoCommit(false);
            work.on(connection);
            connection.commit();
            tally.done(asked, given, System.nanoTime());
            return true;
        } catch (SQLException e) {
            tally.reached(e);
            return false;
        } finally {
            turn.unlock();
        }
    }
}
