package io.github.duckpool;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** What JDBC asks of a {@link DataSource} beside connections, for one whose settings are its configuration's and never change. */
abstract class PoolDataSource implements DataSource {
    private static final String NOT_SUPPORTED = "0A000";
    private static final Duration LONGEST = Duration.ofDays(36_500);

    final DuckPoolConfig config;

    PoolDataSource(DuckPoolConfig config) {
        this.config = config;
    }

    /**
     * The settings this pool was built with.
     *
     * @return the settings
     */
    public final DuckPoolConfig config() {
        return config;
    }

    /**
     * Always refused: DuckDB has no users.
     *
     * @throws SQLFeatureNotSupportedException always
     */
    @Override
    public final Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                config.poolName() + ": DuckDB has no users; use getConnection() without a name", NOT_SUPPORTED);
    }

    /** {@inheritDoc} There is none: the pool logs through SLF4J. */
    @Override
    public final PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException("duckpool logs through SLF4J; there is no log writer", NOT_SUPPORTED);
    }

    /** {@inheritDoc} Refused: the pool logs through SLF4J. */
    @Override
    public final void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("duckpool logs through SLF4J; there is no log writer", NOT_SUPPORTED);
    }

    /** {@inheritDoc} Refused: the builder's {@code borrowTimeout} says it, and a pool's settings do not change. */
    @Override
    public final void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("set borrowTimeout on the builder instead", NOT_SUPPORTED);
    }

    /** {@inheritDoc} The borrow timeout, rounded up to whole seconds. */
    @Override
    public final int getLoginTimeout() {
        Duration timeout = config.borrowTimeout();
        long seconds = timeout.toSeconds();
        return (int) Math.min(Integer.MAX_VALUE, timeout.minusSeconds(seconds).isZero() ? seconds : seconds + 1);
    }

    /** {@inheritDoc} There is none: the pool logs through SLF4J. */
    @Override
    public final Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("duckpool logs through SLF4J, not java.util.logging", NOT_SUPPORTED);
    }

    @Override
    public final <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (config.dataSource().isPresent()) {
            DataSource wrapped = config.dataSource().get();
            return type.isInstance(wrapped) ? type.cast(wrapped) : wrapped.unwrap(type);
        }
        throw new SQLException(config.poolName() + ": is no wrapper for " + type.getName(), NOT_SUPPORTED);
    }

    @Override
    public final boolean isWrapperFor(Class<?> type) throws SQLException {
        if (type.isInstance(this)) {
            return true;
        }
        if (config.dataSource().isEmpty()) {
            return false;
        }
        DataSource wrapped = config.dataSource().get();
        return type.isInstance(wrapped) || wrapped.isWrapperFor(type);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + config.poolName() + ", "
                + config.dataSource().<Object>map(source -> source).orElse(config.url()) + "]";
    }

    /** A time of centuries is as good as one of a century, and leaves room for sums. */
    static long nanos(Duration time) {
        return time.compareTo(LONGEST) < 0 ? time.toNanos() : LONGEST.toNanos();
    }

    static Duration notNegative(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative, was " + timeout);
        }
        return timeout;
    }
}
