package io.github.duckpool.retry;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Objects;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A data source whose {@code getConnection} waits, by retrying, while another process holds the database file: for any pool
 * that opens DuckDB itself, such as HikariCP, DBCP or Agroal. What is done with the connection is not retried; that needs the
 * whole unit of work, see {@link TransactionRetry}.
 *
 * <p>With DuckDB 2.0 this does not make it safe that several processes write to one file by opening it: it reads the headers of a file before
 * it has the lock, and now and then what another process has just committed vanishes. Let those take turns, by
 * {@link io.github.duckpool.mutex.FileMutex} or a {@link io.github.duckpool.DuckPool}.
 *
 * <p>A pool with a time-out of its own first waits for that in each attempt: keep it shorter than the deadline. Closing the
 * wrapped data source stays its owner's business. Thread-safe, if the wrapped one is.
 */
public final class RetryingDataSource implements DataSource {
    private static final Duration NO_LIMIT = Duration.ofNanos(Backoff.LONGEST_NANOS);

    private final DataSource wrapped;
    private final LockRetry retry;
    private volatile int loginTimeoutSeconds;

    private RetryingDataSource(DataSource wrapped, LockRetry retry) {
        this.wrapped = Objects.requireNonNull(wrapped, "dataSource");
        this.retry = Objects.requireNonNull(retry, "retry");
    }

    /**
     * Wraps a data source.
     *
     * @param dataSource gives connections to a DuckDB database
     * @param retry how lock errors are retried
     * @return the data source that retries
     */
    public static RetryingDataSource wrap(DataSource dataSource, LockRetry retry) {
        return new RetryingDataSource(dataSource, retry);
    }

    /**
     * Asks the wrapped data source for a connection, again and again while the file is locked.
     *
     * @return a connection of the wrapped data source, as it is
     * @throws SQLException as {@link LockRetry#call(io.github.duckpool.SqlCallable)} throws it
     */
    @Override
    public Connection getConnection() throws SQLException {
        return retry.call(wrapped::getConnection, budget());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return retry.call(() -> wrapped.getConnection(username, password), budget());
    }

    private Duration budget() {
        int seconds = loginTimeoutSeconds;
        return seconds == 0 ? NO_LIMIT : Duration.ofSeconds(seconds);
    }

    /**
     * Sets the longest time for all attempts of a {@code getConnection} together. It is not passed on to the wrapped data
     * source.
     *
     * @param seconds 0, the default, leaves the retry's deadline as the only limit
     * @throws SQLException if it is negative
     */
    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        if (seconds < 0) {
            throw new SQLException("loginTimeout must be at least 0 seconds, was " + seconds, "22023");
        }
        loginTimeoutSeconds = seconds;
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeoutSeconds;
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return wrapped.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        wrapped.setLogWriter(out);
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return wrapped.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        return type.isInstance(wrapped) ? type.cast(wrapped) : wrapped.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(wrapped) || wrapped.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return "RetryingDataSource[" + wrapped + "]";
    }
}
