package io.github.duckpool.internal.pool;

import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that the borrower has open: a list linked through them. Thread-safe. */
final class OpenStatements {
    private volatile @Nullable LentStatement head;

    boolean isEmpty() {
        return head == null;
    }

    synchronized void add(LentStatement statement) {
        LentStatement first = head;
        statement.next = first;
        if (first != null) {
            first.previous = statement;
        }
        head = statement;
    }

    /** Takes a statement off the list; does nothing if it is not on it. */
    synchronized void remove(LentStatement statement) {
        LentStatement before = statement.previous;
        LentStatement after = statement.next;
        if (before != null) {
            before.next = after;
        } else if (head == statement) {
            head = after;
        }
        if (after != null) {
            after.previous = before;
        }
        statement.previous = null;
        statement.next = null;
    }

    /** The native statements that are open at this moment, for a thread that does not use them. */
    synchronized List<Statement> natives() {
        List<Statement> all = new ArrayList<>();
        for (LentStatement statement = head; statement != null; statement = statement.next) {
            Statement open = statement.rawOrNull();
            if (open != null) {
                all.add(open);
            }
        }
        return all;
    }

    /**
     * Closes them all at the end of a borrow.
     *
     * @return false if the result of one was not read to its end, and so may still be streaming
     */
    boolean closeAll() {
        boolean quiet = true;
        for (LentStatement statement = head; statement != null; statement = head) {
            quiet &= !statement.hasUnreadResult();
            statement.closeAtReturn();
            remove(statement);
        }
        return quiet;
    }

    /**
     * Takes the native objects away from the handles, and leaves their end to the session's.
     *
     * @return the native statements that were open
     */
    List<Statement> disown() {
        List<Statement> natives = new ArrayList<>();
        for (LentStatement statement = head; statement != null; statement = head) {
            Statement mine = statement.disown();
            if (mine != null) {
                natives.add(mine);
            }
            remove(statement);
        }
        return natives;
    }

    /** Closes the results that are open, as a commit does when the holdability says so. */
    void closeResults() {
        for (LentStatement statement = head; statement != null; statement = statement.next) {
            statement.closeResult();
        }
    }
}
