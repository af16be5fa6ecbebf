package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a function may do that uses the session on the pool's behalf: whether its next statement may still run, and whether it
 * may end the transaction. Without a function everything is allowed. Belongs to the borrower's thread.
 */
final class FunctionRights {
    /** Asked before each statement of a function that uses the session. */
    private UnitOfWork.@Nullable Permission permission;

    /** Only the pool may end the transaction. */
    private boolean kept;

    /** From here to {@link #release} a function uses the session, as long as it is permitted. */
    void permit(UnitOfWork.Permission permission) {
        this.permission = permission;
    }

    /** The same, and the function may not end the transaction. */
    void keep(UnitOfWork.Permission permission) {
        permit(permission);
        kept = true;
    }

    /** The function has returned. */
    void release() {
        permission = null;
        kept = false;
    }

    /** Throws if the function that uses the session must not go on. */
    void check() throws SQLException {
        UnitOfWork.Permission asked = permission;
        if (asked != null) {
            asked.check();
        }
    }

    /** Throws if only the pool may end the transaction. */
    void refuseIfKept(String what) throws SQLException {
        if (kept) {
            throw new SQLException(
                    what
                            + " is the pool's in write(fn): it commits when the function returns and rolls back when it throws",
                    "2D000");
        }
    }
}
