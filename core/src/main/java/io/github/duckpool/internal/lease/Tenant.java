package io.github.duckpool.internal.lease;

import java.sql.SQLException;
import java.util.concurrent.CompletionStage;

/**
 * A pool, as the lease sees it. The lease calls these from its own thread, one at a time per tenant, never under a lock of
 * its own; none of them blocks.
 */
public interface Tenant {

    /**
     * The database is open: lend from it. Borrowers that queued meanwhile are served in their order.
     *
     * @param database where connections come from until the next {@link #drain()}
     */
    void opened(OpenDatabase database);

    /**
     * Lend no more; close idle connections now, and borrowed ones as they return.
     *
     * @return completes when this tenant has no connection open any more
     */
    CompletionStage<Void> drain();

    /**
     * Cuts off what is still borrowed, and what is just being lent, until the drain is complete. Connections are aborted;
     * their users get an error with this reason.
     *
     * @param reason why, in words that end an error message
     */
    void cutOff(String reason);

    /**
     * The database can't be opened, and waiting longer would not help: everyone who waits now gets this error.
     *
     * @param why what to tell them
     */
    void failed(SQLException why);

    /**
     * Whether anyone waits for a connection here.
     *
     * @return true if the database is wanted
     */
    boolean wanted();

    /**
     * How long it is worth to try to open the database.
     *
     * @param ahead whether it is opened ahead of need, and not only for those who wait
     * @return nanoseconds: as long as the most patient borrower goes on waiting; ahead of need, or when nobody waits, as long as
     *     one would by the pool's settings, for who opens ahead is not told when a more patient one leaves
     */
    long patienceNanos(boolean ahead);

    /**
     * How many connections are borrowed now.
     *
     * @return the number of borrowed connections
     */
    int borrowed();

    /**
     * Counts every borrow since the pool was built; two equal readings with nothing borrowed mean that it was idle between.
     *
     * @return the number of borrows so far
     */
    long borrows();

    /**
     * Describes what is borrowed now, oldest first, for a report of connections that outstay the slice.
     *
     * @return a text for each borrower: age, thread and, with leak tracking, the stack that borrowed; else where the thread is now
     */
    String describeBorrowers();
}
