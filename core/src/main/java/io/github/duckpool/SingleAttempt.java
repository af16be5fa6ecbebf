package io.github.duckpool;

import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The policy that never retries. */
enum SingleAttempt implements RetryPolicy {
    INSTANCE;

    @Override
    public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
        return work.call();
    }

    @Override
    public String toString() {
        return "RetryPolicy.none()";
    }
}
