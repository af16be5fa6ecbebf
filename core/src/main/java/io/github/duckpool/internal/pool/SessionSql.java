package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Runs SQL that does more than read and write rows: what it does to the session is noted before, and again after. */
final class SessionSql {
    private SessionSql() {}

    /**
     * Runs SQL that touches its session.
     *
     * @param none what to return when the SQL is a commit or rollback that is carried out here
     */
    static <T extends @Nullable Object> T run(Session session, String sql, int touch, T none, Transaction.Work<T> work)
            throws SQLException {
        session.touch(touch);
        if ((touch & SessionTouch.INSTANCE) == 0) {
            return controlled(session, touch, none, work);
        }
        InstanceChanges changes = session.instance();
        try {
            changes.before(session.raw(), sql, touch);
        } catch (SQLException e) {
            // Where there is nothing to look through but this session, the SQL itself mostly fails for the same reason.
            return controlled(session, touch, none, work);
        }
        try {
            return controlled(session, touch, none, work);
        } finally {
            changes.after(session.raw(), sql, touch);
        }
    }

    private static <T extends @Nullable Object> T controlled(
            Session session, int touch, T none, Transaction.Work<T> work) throws SQLException {
        return (touch & (SessionTouch.BEGIN | SessionTouch.COMMIT | SessionTouch.ROLLBACK)) == 0
                ? work.run()
                : control(session, touch, none, work);
    }

    /**
     * Transaction control as SQL. A lone COMMIT or ROLLBACK is what commit() and rollback() are; anything else is left to
     * DuckDB, and when auto-commit is off the driver no longer knows what is going on.
     */
    private static <T extends @Nullable Object> T control(Session session, int touch, T none, Transaction.Work<T> work)
            throws SQLException {
        Transaction transaction = session.transaction();
        transaction.rights().refuseIfKept("SQL that begins or ends a transaction");
        boolean ends = (touch & (SessionTouch.COMMIT | SessionTouch.ROLLBACK)) != 0;
        if (ends && (touch & SessionTouch.SINGLE) != 0 && transaction.isOpenEnded()) {
            if ((touch & SessionTouch.COMMIT) != 0) {
                transaction.commit();
            } else {
                transaction.rollback();
            }
            return none;
        }
        if (ends && !transaction.isAutoCommit()) {
            session.mark(Session.BROKEN);
        }
        T result = ends ? transaction.commits().during(work) : work.run();
        if (transaction.isAutoCommit()) {
            if (ends) {
                transaction.endedBySql();
            } else {
                transaction.begunBySql();
            }
        }
        return result;
    }
}
