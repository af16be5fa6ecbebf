package io.github.duckpool.internal.lease;

import java.nio.file.Path;
import java.sql.SQLTransientConnectionException;

/** Somebody wrote to a database file while it was being opened, so that what was opened may be older than the file; it is closed again. */
public final class WrittenMeanwhileException extends SQLTransientConnectionException {
    private static final long serialVersionUID = 1;

    /**
     * Says which file.
     *
     * @param poolName who opened it
     * @param file its path
     */
    public WrittenMeanwhileException(String poolName, Path file) {
        super(
                poolName + ": a program that does not take turns in the queue of " + file
                        + " wrote to it while it was being opened; try again",
                "08001");
    }
}
