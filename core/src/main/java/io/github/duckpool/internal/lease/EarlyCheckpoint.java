package io.github.duckpool.internal.lease;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint some time before a database is closed, so that closing it has nothing left to write; made where programs are let in that
 * know nothing of the queue.
 *
 * <p>DuckDB 2.0 reads the headers of a file first and takes its lock afterwards. A program that reads them before the last checkpoint, and gets
 * the lock after the closing, writes from there on upon a state that is gone, and what was committed last here vanishes. From the one to the
 * other it takes a fraction of a millisecond, if nothing holds it up: it is still refused when the file stays locked for longer than that.
 *
 * <p>The time goes by only if something was written. DuckDB writes no checkpoint when nothing was committed since the last one, and which it was is
 * not inferred from what was run here: the time of the file's last write tells. Used by the lease's thread alone.
 */
final class EarlyCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyCheckpoint.class);
    private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A file whose last write is older than this was not written to within the time ahead, even where writes are dated in ticks of 10 ms. */
    private static final long RECENT_MILLIS = 25;

    /** The same where writes are dated in whole seconds, or in twos. */
    private static final long RECENT_BY_SECONDS_MILLIS = 2_025;

    private EarlyCheckpoint() {}

    /**
     * Writes it, and lets the time go by if there was anything to write; whoever waits for the file meanwhile waits for its closing anyway.
     *
     * @param pause waits for so many nanoseconds at most
     */
    static void write(FileTenancy tenancy, Path file, LongConsumer pause) {
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
        if (!isJustWritten(file)) {
            return;
        }
        long startNanos = System.nanoTime();
        for (long left = AHEAD_NANOS; left > 0; left = AHEAD_NANOS - (System.nanoTime() - startNanos)) {
            pause.accept(left);
        }
    }

    /** Only the file's attributes are asked for, which opens nothing. A clock that was set back makes a write look late, and that counts as just now. */
    private static boolean isJustWritten(Path file) {
        try {
            long millis = Files.getLastModifiedTime(file).toMillis();
            long age = System.currentTimeMillis() - millis;
            return age < (millis % 1_000 == 0 ? RECENT_BY_SECONDS_MILLIS : RECENT_MILLIS);
        } catch (IOException e) {
            return true; // it can't be told
        }
    }
}
