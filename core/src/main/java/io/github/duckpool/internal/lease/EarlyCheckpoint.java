package io.github.duckpool.internal.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint some time before a database is closed, so that closing it has nothing left to write; made where programs are let in that
 * know nothing of the queue.
 *
 * <p>DuckDB 2.0 reads the headers of a file first and takes its lock afterwards. A program that reads them before the last checkpoint, and gets
 * the lock after the closing, writes from there on upon a state that is gone, and what was committed last here vanishes. From the one to the
 * other it takes a fraction of a millisecond, if nothing holds it up: it is still refused when the file stays locked for longer than that.
 * Used by the lease's thread alone.
 */
final class EarlyCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyCheckpoint.class);
    private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private EarlyCheckpoint() {}

    /** Writes it, and lets the time go by; whoever waits for the file meanwhile waits for its closing anyway. */
    static void write(FileTenancy tenancy, LeaseMembers members) {
        OpenDatabase closing = tenancy.database();
        if (closing == null) {
            return;
        }
        try (Connection connection = closing.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException | RuntimeException e) {
            LOG.debug("{}: no checkpoint ahead of closing", tenancy, e); // closing tries again, and reports
            return;
        }
        long startNanos = System.nanoTime();
        for (long left = AHEAD_NANOS; left > 0; left = AHEAD_NANOS - (System.nanoTime() - startNanos)) {
            members.pause(left);
        }
    }
}
