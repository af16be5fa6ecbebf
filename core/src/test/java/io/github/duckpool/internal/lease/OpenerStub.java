package io.github.duckpool.internal.lease;

import java.sql.SQLException;

/** Tries once, and has nothing to prepare or to report; what it opens is for the test to say. */
abstract class OpenerStub implements FileOpener {
    @Override
    public final void prepare() {
        // nothing to load
    }

    @Override
    public final OpenDatabase retry(Opener attempt, long budgetNanos) throws SQLException {
        return attempt.open();
    }

    @Override
    public final boolean reportsHolder() {
        return false;
    }
}
