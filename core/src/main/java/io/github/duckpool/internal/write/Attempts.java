package io.github.duckpool.internal.write;

import io.github.duckpool.lock.DuckError;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Runs work again where the retry policy says so, and keeps to what no policy may change: what succeeded is not done twice, what may be
 * committed is not tried again, and what was stopped is not begun. Thread-safe.
 */
final class Attempts {
    private final Repeater repeater;

    Attempts(Repeater repeater) {
        this.repeater = repeater;
    }

    /** What one attempt tells about its failure. */
    static final class Failure {
        /** A conflict that a function's own exception hides, as frameworks do it. */
        private @Nullable SQLException hidden;

        private @Nullable RuntimeException thrown;

        /** After a COMMIT whose outcome is unknown there is no other attempt, whatever the retry policy thinks. */
        private @Nullable SQLException unknown;

        /** Notes an exception of the function; if a conflict is behind it, that is what the retry policy gets to see. */
        SQLException unveiled(RuntimeException e, @Nullable SQLException first) {
            if (first == null || !DuckError.classify(first).kind().retryable()) {
                throw e;
            }
            thrown = e;
            hidden = first;
            return first;
        }
    }

    /** What was done once is not done again, whatever the retry policy thinks. */
    private static final class Success<T extends @Nullable Object> {
        private boolean there;
        private @Nullable T value;
    }

    @FunctionalInterface
    interface Try<T extends @Nullable Object> {
        T make(Failure failure) throws SQLException;
    }

    @SuppressWarnings("NullAway") // null where the work's T is nullable
    private static <T extends @Nullable Object> T valueOf(Success<T> success) {
        return success.value;
    }

    /**
     * Makes attempts until one succeeds or the policy has had enough.
     *
     * @param tried one attempt; it may tell of its failure
     */
    <T extends @Nullable Object> T make(Try<T> tried, Call call, Budget budget) throws SQLException {
        Failure failure = new Failure();
        Success<T> success = new Success<>(); // made now: after the COMMIT nothing may take memory
        try {
            return repeater.repeat(
                    () -> {
                        call.check();
                        if (failure.unknown != null) {
                            throw failure.unknown;
                        }
                        if (success.there) {
                            return valueOf(success);
                        }
                        try {
                            T value = tried.make(failure);
                            success.value = value;
                            success.there = true;
                            return value;
                        } catch (SQLException e) {
                            if (WorkReport.isUnknown(e)) {
                                failure.unknown = e;
                            }
                            throw e;
                        }
                    },
                    budget.leftNanos());
        } catch (SQLException e) {
            RuntimeException thrown = failure.thrown;
            if (thrown != null && e == failure.hidden) {
                throw thrown;
            }
            throw e;
        }
    }
}
