package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import org.jspecify.annotations.Nullable;

/** Copies of SQL exceptions for a further receiver, so that each has the stack of the call that failed for it. */
public final class SqlExceptions {
    private SqlExceptions() {}

    /**
     * An exception of the same standard class, text, state and code, caused by the original.
     *
     * @param e the original
     * @return the copy, with the stack of this call
     */
    public static SQLException copy(SQLException e) {
        return withText(e, e.getMessage());
    }

    /** An exception of the same standard class, state and code with another text, caused by the original. */
    static SQLException withText(SQLException e, @Nullable String text) {
        String state = e.getSQLState();
        int code = e.getErrorCode();
        if (e instanceof SQLTransientConnectionException) {
            return new SQLTransientConnectionException(text, state, code, e);
        }
        if (e instanceof SQLNonTransientConnectionException) {
            return new SQLNonTransientConnectionException(text, state, code, e);
        }
        if (e instanceof SQLTimeoutException) {
            return new SQLTimeoutException(text, state, code, e);
        }
        if (e instanceof SQLTransientException) {
            return new SQLTransientException(text, state, code, e);
        }
        if (e instanceof SQLInvalidAuthorizationSpecException) {
            return new SQLInvalidAuthorizationSpecException(text, state, code, e);
        }
        if (e instanceof SQLNonTransientException) {
            return new SQLNonTransientException(text, state, code, e);
        }
        return new SQLException(text, state, code, e);
    }
}
