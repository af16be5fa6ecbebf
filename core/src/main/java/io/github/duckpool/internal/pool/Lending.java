package io.github.duckpool.internal.pool;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a handle asks of the slot that lends its session. The slot's state is one word, stamped with the number of the
 * borrow, so that a handle of an earlier borrow is powerless: all it gets is {@code false}.
 *
 * <p>A borrow begins as <em>lent</em>, and its handle belongs to one thread. When another thread uses the handle it is
 * marked <em>shared</em> first; from then on {@link #giveBack} refuses and the return goes through {@link #claim}, which has
 * one winner and leaves time to see whether a call of the other thread is still in flight. Without the mark, a thread that
 * had just passed the check of a handle could run its statement on the session of the next borrower.
 *
 * <p>All methods are thread-safe; none blocks.
 */
public interface Lending {

    /**
     * Whether the borrow is still the current one: lent or shared, and not yet leaving. One volatile read.
     *
     * @param stamp the borrow's stamp
     * @return true until the borrow is given back or claimed
     */
    boolean isLent(int stamp);

    /**
     * Marks the borrow as shared between threads.
     *
     * @param stamp the borrow's stamp
     * @return true if the borrow is the current one and is shared now, by this call or by an earlier one
     */
    boolean share(int stamp);

    /**
     * Returns a clean session in one step: from lent to free. Called on the owning thread alone.
     *
     * @param stamp the borrow's stamp
     * @return false if the borrow is shared, leaving or over; a racing second close is harmless
     */
    boolean giveBack(int stamp);

    /**
     * Begins a return that needs work: from lent or shared to leaving. One caller wins, and must follow with exactly one
     * {@link #recycle} or {@link #discard}.
     *
     * @param stamp the borrow's stamp
     * @return true for the winner
     */
    boolean claim(int stamp);

    /** Ends a return: from leaving to free. The session was made clean again. */
    void recycle();

    /**
     * Ends a return: the session is destroyed with {@link Session#destroy} and the slot gets another one. When
     * {@link Session#changedInstance()} says so, {@link Session#restoreInstance} puts back what all sessions share.
     *
     * @param session the session to destroy
     * @param why the error that made it unusable, or null when the borrower merely left a trace in it
     */
    void discard(Session session, @Nullable Throwable why);

    /**
     * Why a borrow was ended by force, for whoever uses its handle afterwards.
     *
     * @param stamp the borrow's stamp
     * @return words that end an error message; null if the borrower ended it
     */
    default @Nullable String whyEnded(int stamp) {
        return null;
    }

    /**
     * Notes who uses the handle of a future first, and holds the connection from then on. Called once at most.
     *
     * @param stamp the borrow's stamp
     * @param user the thread
     */
    default void heldBy(int stamp, Thread user) {}

    /**
     * Begins the end of the whole borrow by force, from any thread: {@link #claim}, also for a handle that may not give it back.
     *
     * @param stamp the borrow's stamp
     * @return true for the winner, who must follow with exactly one {@link #discard}
     */
    default boolean claimToAbort(int stamp) {
        return claim(stamp);
    }

    /**
     * Reports that the database is invalidated: every session of it fails from now on, until it is drained and reopened.
     * The handle stays lent; its return follows as usual.
     *
     * @param session the session that met the error
     * @param why the fatal error
     */
    void fatal(Session session, SQLException why);
}
