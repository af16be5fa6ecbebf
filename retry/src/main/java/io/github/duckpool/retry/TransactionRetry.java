package io.github.duckpool.retry;

import io.github.duckpool.DuckPool;
import io.github.duckpool.SqlFunction;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a whole unit of work as one transaction of any data source, and runs it again from its start when it met a conflict.
 * A statement inside a transaction is never retried alone: DuckDB has ended the transaction, and what the work read may be
 * out of date. With a {@link DuckPool}, prefer its {@code write}: writers that take turns do not conflict at all.
 *
 * <p>Each attempt borrows a connection, switches auto-commit off, runs the work, commits, and gives the connection back as it
 * was; after an error it rolls back first. It makes up for the driver where another pool does not: a transaction in which an
 * error was swallowed fails instead of committing nothing (found by a {@code SELECT 1} before the commit, about 0.2 ms), and
 * after a failed commit the driver's state is mended before the connection goes back. Thread-safe.
 */
public final class TransactionRetry {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionRetry.class);

    private TransactionRetry() {}

    /** Made when it is first used. */
    private static final class Defaults {
        static final LockRetry RETRY = LockRetry.ofDefaults();
    }

    /**
     * Runs the work in a transaction, with the settings of {@link LockRetry#ofDefaults()}.
     *
     * @param dataSource gives connections to a DuckDB database
     * @param work the unit of work, run from its start on every attempt, so that it must leave nothing outside of the
     *     database that it could not do twice. It may neither commit nor roll back; closing its connection does nothing
     * @param <T> the type of the result
     * @return what the attempt returned that was committed
     * @throws SQLException as {@link LockRetry#call(io.github.duckpool.SqlCallable)} throws it
     */
    public static <T extends @Nullable Object> T execute(DataSource dataSource, SqlFunction<T> work)
            throws SQLException {
        return execute(dataSource, Defaults.RETRY, work);
    }

    /**
     * Runs the work in a transaction.
     *
     * @param dataSource gives connections to a DuckDB database
     * @param retry how errors are retried
     * @param work the unit of work, as in {@link #execute(DataSource, SqlFunction)}
     * @param <T> the type of the result
     * @return what the attempt returned that was committed
     * @throws SQLException as {@link LockRetry#call(io.github.duckpool.SqlCallable)} throws it
     */
    public static <T extends @Nullable Object> T execute(DataSource dataSource, LockRetry retry, SqlFunction<T> work)
            throws SQLException {
        boolean knowsAborted = isDuckPool(dataSource);
        return retry.call(() -> attempt(dataSource, knowsAborted, work));
    }

    /** A duckpool fails the commit of an aborted transaction by itself. */
    private static boolean isDuckPool(DataSource dataSource) {
        try {
            return dataSource instanceof DuckPool || dataSource.isWrapperFor(DuckPool.class);
        } catch (SQLException | RuntimeException e) {
            return false; // some pools refuse the question
        }
    }

    private static <T extends @Nullable Object> T attempt(
            DataSource dataSource, boolean knowsAborted, SqlFunction<T> work) throws SQLException {
        Connection connection = dataSource.getConnection();
        T result;
        try {
            result = transact(connection, knowsAborted, work);
        } catch (SQLException | RuntimeException | Error e) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e2) {
                e.addSuppressed(e2);
            }
            throw e;
        }
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("a transaction was committed, but its connection did not close cleanly", e);
        }
        return result;
    }

    private static <T extends @Nullable Object> T transact(
            Connection connection, boolean knowsAborted, SqlFunction<T> work) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        if (autoCommit) {
            connection.setAutoCommit(false);
        }
        T result;
        try (TransactionHandle handle = new TransactionHandle(connection)) {
            result = work.apply(handle.connection());
            if (!knowsAborted) {
                failIfAborted(connection);
            }
            connection.commit();
        } catch (SQLException | RuntimeException | Error e) {
            rollback(connection, autoCommit, e);
            throw e;
        }
        try {
            if (autoCommit) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException | RuntimeException e) {
            // The work is durable: to fail now would make the caller do it twice.
            LOG.warn("a transaction was committed, but auto-commit could not be restored", e);
        }
        return result;
    }

    /** The driver commits nothing of an aborted transaction, and returns normally; any statement shows it. */
    private static void failIfAborted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    /**
     * Ends the transaction without its work. After a failed commit there is none to end, but the driver believes in it, and
     * later statements would commit by themselves: a begun and rolled back one mends that.
     */
    private static void rollback(Connection connection, boolean autoCommit, Throwable error) {
        try {
            try {
                connection.rollback();
            } catch (SQLException | RuntimeException e) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("BEGIN TRANSACTION");
                }
                connection.rollback();
            }
            if (autoCommit) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException | RuntimeException e) {
            error.addSuppressed(e);
        }
    }
}
