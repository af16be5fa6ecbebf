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

    private final DuckPool pool;
    private final Tally tally;
    private final ReentrantLock turn = new ReentrantLock(true);

    Writes(DuckPool pool, Tally tally) {
        this.pool = pool;
        this.tally = tally;
    }

    /** Returns true if the transaction was committed, and false if an error got through, which is counted. */
    boolean write(Work work) {
        Tally.Call call = tally.ask();
        turn.lock();
        try (Connection connection = pool.getConnection()) {
            call.given();
            connection.setAutoCommit(false);
            work.on(connection);
            connection.commit();
            call.done();
            return true;
        } catch (SQLException e) {
            call.failed(e);
            return false;
        } finally {
            turn.unlock();
        }
    }
}
