package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.wait.FirstError;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * An appender of the driver on the connection of a unit of work.
 *
 * <p>The driver's appender writes rows straight into native memory, under no lock, and the close of its connection frees that
 * memory. So each use announces itself to the session as a call does: whoever takes the connection away from its borrower finds
 * the use and waits for its end, however long it takes, or has made it fail before it began. The wait also keeps the driver's own
 * locks apart, which the close of an appender and that of its connection take in opposite orders.
 *
 * <p>While it is open the session is marked, and one whose appender was not {@linkplain #finish finished} is never lent again: what
 * the appender still holds would be written by whoever comes next, outside any transaction.
 *
 * <p>Belongs to the thread of the unit of work, and to nothing else that uses the connection until it is finished or abandoned.
 */
public final class LentAppender {

    /** What is done with the driver's appender in one use. */
    @FunctionalInterface
    public interface Use {
        /**
         * Appends.
         *
         * @param appender the driver's
         * @throws SQLException if it refuses what it is given
         */
        void of(DuckDBAppender appender) throws SQLException;
    }

    private final LentConnection own;
    private final Session session;
    private final DuckDBAppender appender;

    /**
     * Opens one, inside a transaction that has begun.
     *
     * @param catalog the table's database; null for the current one
     * @param schema its schema; null for the current one
     * @param table its name
     * @throws SQLException if there is no such table, or the connection is lost
     */
    LentAppender(LentConnection own, @Nullable String catalog, @Nullable String schema, String table)
            throws SQLException {
        this.own = own;
        this.session = own.session();
        session.mark(Session.APPENDER); // first, since whoever waits for the end of a use looks for it
        try {
            this.appender = own.ask(raw -> open(raw.unwrap(DuckDBConnection.class), catalog, schema, table));
        } catch (SQLException | RuntimeException | Error e) {
            session.unmark(Session.APPENDER); // there is none
            throw e;
        }
    }

    private static DuckDBAppender open(
            DuckDBConnection raw, @Nullable String catalog, @Nullable String schema, String table) throws SQLException {
        if (catalog != null) {
            return raw.createAppender(catalog, schema, table);
        }
        return schema != null ? raw.createAppender(schema, table) : raw.createAppender(table);
    }

    /**
     * Uses it. Keep it short: the end of the pool waits for it.
     *
     * @param use what is done
     * @throws SQLException if that failed, or the connection was taken away
     */
    public void use(Use use) throws SQLException {
        own.ask(raw -> {
            use.of(appender);
            return true;
        });
    }

    /**
     * Writes what it holds into the transaction, and ends it. What is refused only now, a duplicate key for one, is thrown: the
     * driver's close alone would drop it without a word.
     *
     * @throws SQLException if it failed, or the connection was taken away
     */
    public void finish() throws SQLException {
        use(open -> {
            open.flush();
            open.close();
        });
        session.unmark(Session.APPENDER);
    }

    /**
     * Ends it because of an error, which stays the one that is reported. If the connection was taken away the driver ends it with
     * that.
     *
     * @param why the error
     */
    public void abandon(Throwable why) {
        if (!own.tryEnter()) {
            return;
        }
        try {
            appender.close();
        } catch (SQLException | RuntimeException | Error e) {
            FirstError.suppress(why, e);
        } finally {
            session.exit();
        }
    }
}
