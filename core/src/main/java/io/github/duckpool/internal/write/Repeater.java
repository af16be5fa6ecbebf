package io.github.duckpool.internal.write;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Runs a unit of work again, from its start, where that can cure its error. */
@FunctionalInterface
public interface Repeater {

    /**
     * One attempt.
     *
     * @param <T> the type of the result
     */
    @FunctionalInterface
    interface Attempt<T extends @Nullable Object> {
        /**
         * Does the whole unit of work once.
         *
         * @return the result
         * @throws SQLException if the attempt failed
         */
        T make() throws SQLException;
    }

    /**
     * Makes attempts until one succeeds or no further one makes sense.
     *
     * @param attempt the unit of work
     * @param budgetNanos how long all attempts and the waits between them may take
     * @param <T> the type of the result
     * @return what the successful attempt returned
     * @throws SQLException the last attempt's error
     */
    <T extends @Nullable Object> T repeat(Attempt<T> attempt, long budgetNanos) throws SQLException;
}
