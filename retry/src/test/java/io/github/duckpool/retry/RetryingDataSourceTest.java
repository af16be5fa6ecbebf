package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.DuckError.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class RetryingDataSourceTest {
    private final VirtualTime time = new VirtualTime(8);
    private final Locked locked = new Locked();
    private final RetryingDataSource source = RetryingDataSource.wrap(locked, new LockRetryBuilder(time).build());

    /** A data source whose file is locked so many times, as a pool reports it. */
    private static final class Locked extends DriverSource {
        int times;
        int asked;

        Locked() {
            super("jdbc:duckdb:");
        }

        @Override
        public Connection getConnection() throws SQLException {
            asked++;
            if (times-- > 0) {
                throw new SQLTransientConnectionException(
                        "HikariPool-1 - Connection is not available, request timed out after 250ms",
                        Samples.error(Kind.FILE_LOCKED));
            }
            return super.getConnection();
        }
    }

    @Test
    void lockErrorsAreRetried() throws SQLException {
        locked.times = 3;
        source.getConnection().close();
        assertThat(locked.asked).isEqualTo(4);
        locked.times = 1;
        source.getConnection("user", "password").close();
        assertThat(locked.asked).isEqualTo(6);
    }

    @Test
    void theDeadlineEndsIt() {
        locked.times = Integer.MAX_VALUE;
        assertThatThrownBy(source::getConnection)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContainingAll("deadline 30.0 s", "python3.11 (PID 4242");
        assertThat(time.passedNanos()).isLessThanOrEqualTo(30_000_000_000L);
    }

    @Test
    void theLoginTimeoutEndsItEarlier() throws SQLException {
        locked.times = Integer.MAX_VALUE;
        source.setLoginTimeout(4);
        assertThat(source.getLoginTimeout()).isEqualTo(4);
        assertThatThrownBy(source::getConnection).hasMessageContaining("time limit of 4.0 s");
        assertThatThrownBy(() -> source.setLoginTimeout(-1)).hasMessageContaining("at least 0 seconds, was -1");
    }

    @Test
    void itIsAWrapper() throws SQLException {
        assertThat(source.unwrap(RetryingDataSource.class)).isSameAs(source);
        assertThat(source.unwrap(Locked.class)).isSameAs(locked);
        assertThat(source.isWrapperFor(DataSource.class)).isTrue();
        assertThat(source.isWrapperFor(Locked.class)).isTrue();
        assertThat(source.isWrapperFor(String.class)).isFalse();
        assertThatThrownBy(() -> source.unwrap(String.class)).isInstanceOf(SQLException.class);
        assertThat(source).hasToString("RetryingDataSource[" + locked + "]");
    }

    @Test
    void theRestIsPassedOn() {
        assertThatThrownBy(source::getLogWriter).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThatThrownBy(() -> source.setLogWriter(null)).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThat(source)
                .extracting(s -> {
                    try {
                        return s.getParentLogger();
                    } catch (SQLFeatureNotSupportedException e) {
                        throw new AssertionError(e);
                    }
                })
                .isNotNull();
    }
}
