package io.github.duckpool.internal.lease;

import java.nio.file.Path;
import java.sql.SQLException;

/** Opens a database file with one pool's settings and initial SQL. */
public interface FileOpener {
    /**
     * Makes one attempt to open the file.
     *
     * @param file the real path: DuckDB 1.4 takes another path to the same file for another database
     * @return the open database
     * @throws NotSetUpException if it was opened, but can't be used; then nothing is left open
     * @throws SQLException if it can't be opened; then nothing is left open
     */
    OpenDatabase open(Path file) throws SQLException;

    /** Does what can be done before the file's turn has come, such as loading native code; errors are left to {@link #open}. */
    void prepare();

    /**
     * Paces attempts to open the file while another process holds it.
     *
     * @param attempt makes one attempt
     * @param budgetNanos how long all attempts and the waits between them may take
     * @return what the successful attempt returned
     * @throws SQLException what the last attempt threw
     */
    OpenDatabase retry(Opener attempt, long budgetNanos) throws SQLException;

    /**
     * Whether whoever paces the attempts says in the log which process holds the file.
     *
     * @return false if that is left to the lease
     */
    boolean reportsHolder();
}
