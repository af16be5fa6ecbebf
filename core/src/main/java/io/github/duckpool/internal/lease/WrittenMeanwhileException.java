package io.github.duckpool.internal.lease;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Somebody wrote to a database file while it was being opened. What was opened may be older than the file, and is closed again; or the
 * opening failed on what was half old and half new, and says nothing about the file as it is now.
 */
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

    /**
     * Says which file, and how its opening failed.
     *
     * @param poolName who opened it
     * @param file its path
     * @param failure what is to be reported if it goes on failing
     */
    public WrittenMeanwhileException(String poolName, Path file, SQLException failure) {
        this(poolName, file);
        initCause(failure);
    }

    /**
     * How the opening failed.
     *
     * @return the error that says nothing yet about the file; null if what was opened was closed again
     */
    public @Nullable SQLException failure() {
        return getCause() instanceof SQLException failure ? failure : null;
    }
}
