package io.github.duckpool.examples.letters;

import io.github.duckpool.RetryPolicy;
import io.github.duckpool.SqlCallable;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A retry policy whose failed attempts are counted. */
record CountedRetry(RetryPolicy policy, Tally tally) implements RetryPolicy {

    @Override
    public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
        return policy.call(
                () -> {
                    try {
                        return work.call();
                    } catch (SQLException e) {
                        tally.met(e);
                        throw e;
                    }
                },
                budget);
    }
}
