package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.ConnectionPool;
import io.github.duckpool.internal.pool.HoldAndWait;
import io.github.duckpool.internal.pool.UnitOfWork;
import io.github.duckpool.internal.wait.FirstError;
import io.github.duckpool.internal.wait.Uncaught;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one function as a unit of work, again from its start where the retry policy says so: borrow, begin, run, commit or roll
 * back, give back. What is acknowledged was committed; what fails was rolled back, or the error says that the outcome is
 * unknown, and then nothing is tried again. Thread-safe.
 */
final class Units {
    private static final Logger LOG = LoggerFactory.getLogger(Units.class);

    private final ConnectionPool pool;
    private final HoldAndWait holders;
    private final Attempts attempts;
    private final WorkReport report;

    Units(ConnectionPool pool, Repeater repeater, WorkReport report) {
        this.pool = pool;
        this.holders = pool.holdAndWait();
        this.attempts = new Attempts(repeater);
        this.report = report;
    }

    /** Writes, in the turn that the caller has. */
    <T extends @Nullable Object> T write(Work<T> work, Call call, Budget budget) throws SQLException {
        return attempts.make(attempt -> write(work, call, budget, attempt), call, budget);
    }

    /** Inserts one row as a transaction of its own: without BEGIN and COMMIT it takes half the time. */
    void insert(Table table, @Nullable Object[] row, Call call, Budget budget) throws SQLException {
        attempts.<@Nullable Void>make(
                attempt -> {
                    try (UnitOfWork unit = borrow("append", budget)) {
                        if (!call.beginCommit()) {
                            call.check();
                            throw report.cancelled(); // given up without a reason, for want of memory
                        }
                        try {
                            insert(table, List.<@Nullable Object[]>of(row), unit);
                        } catch (SQLException e) {
                            throw WorkReport.isUnknown(e) ? ended(call, e) : reopened(call, e);
                        } catch (RuntimeException | Error e) {
                            call.reopen();
                            throw e;
                        }
                        call.finish();
                    }
                    return null;
                },
                call,
                budget);
    }

    /**
     * Inserts rows that fit into one INSERT, which commits by itself; an error proves that nothing was committed, or says that this
     * is unknown.
     */
    void insert(Table table, List<@Nullable Object[]> rows, UnitOfWork unit) throws SQLException {
        Table.Execution execution = new Table.Execution();
        try {
            unit.commitEach();
            table.insert(unit, rows, execution);
        } catch (SQLException e) {
            if (!execution.isBegun()) {
                throw e; // also if it says that something was committed: these rows were not
            }
            if (!execution.isDone() && !WorkReport.isCommitted(e)) {
                throw WorkReport.mayBeCommitted(e) ? report.unknownOutcome(e) : e;
            }
            warn("rows were committed although an error was reported after it", e);
        } catch (RuntimeException | Error e) {
            if (!execution.isBegun()) {
                throw e;
            }
            if (!execution.isDone()) {
                throw report.unknownOutcome(e);
            }
            warn("rows were committed although an error was thrown after it", e);
        }
    }

    /** A log that can't be written does not undo the commit: the rows would be told to have failed, or be inserted again. */
    private static void warn(String what, Throwable why) {
        try {
            LOG.warn(what, why);
        } catch (RuntimeException | Error e) {
            Uncaught.report(e);
        }
    }

    /** Reads; the first attempt uses a connection that was borrowed already, if there is one. */
    <T extends @Nullable Object> T read(Work<T> work, Call call, Budget budget, @Nullable UnitOfWork first)
            throws SQLException {
        AtomicReference<@Nullable UnitOfWork> given = new AtomicReference<>(first);
        try {
            return attempts.make(
                    attempt -> {
                        UnitOfWork unit = given.getAndSet(null);
                        return read(work, call, unit != null ? unit : borrow("read", budget));
                    },
                    call,
                    budget);
        } finally {
            // Nobody attempted anything: it was stopped in the moment in which the connection was granted.
            UnitOfWork unused = given.get();
            if (unused != null) {
                unused.close();
            }
        }
    }

    private <T extends @Nullable Object> T write(Work<T> work, Call call, Budget budget, Attempts.Failure failure)
            throws SQLException {
        try (UnitOfWork unit = borrow("write", budget)) {
            T result;
            try {
                unit.begin();
                result = function(work, call, unit);
            } catch (Throwable e) { // a checked one too, which a function can throw without declaring it
                SQLException first = unit.firstError();
                undo(unit, e);
                SQLException stopped = call.stopped();
                if (stopped != null) {
                    throw because(stopped, e);
                }
                if (e instanceof RuntimeException thrown) {
                    throw failure.unveiled(thrown, first);
                }
                throw e;
            }
            commit(call, unit);
            return result;
        }
    }

    private <T extends @Nullable Object> T read(Work<T> work, Call call, UnitOfWork borrowed) throws SQLException {
        try (UnitOfWork unit = borrowed) {
            T result = function(work, call, unit);
            if (!call.finish()) {
                call.check();
            }
            return result;
        } catch (Throwable e) {
            SQLException stopped = call.stopped();
            if (stopped != null) {
                throw because(stopped, e);
            }
            throw e;
        }
    }

    private static <T extends @Nullable Object> T function(Work<T> work, Call call, UnitOfWork unit)
            throws SQLException {
        try {
            call.using(unit);
            return work.on(unit.open(call));
        } finally {
            call.using(null);
            unit.end();
        }
    }

    private void commit(Call call, UnitOfWork unit) throws SQLException {
        unit.check();
        if (!call.beginCommit()) {
            SQLException stopped = call.stopped();
            undo(unit, stopped != null ? stopped : report.cancelled());
            throw stopped != null ? stopped : report.cancelled();
        }
        try {
            commit(unit);
        } catch (SQLException e) {
            throw WorkReport.isUnknown(e) ? ended(call, e) : reopened(call, e);
        }
        call.finish();
    }

    /** Whoever stops it from here on may be promised that nothing is committed. */
    private static SQLException reopened(Call call, SQLException e) {
        call.reopen();
        return e;
    }

    /** Nobody may be promised anything any more: it may be committed. */
    private static SQLException ended(Call call, SQLException e) {
        call.finish();
        return e;
    }

    /** Commits; an error proves that nothing was committed, or says that this is unknown. */
    void commit(UnitOfWork unit) throws SQLException {
        try {
            unit.commit();
        } catch (SQLException e) {
            throw provesRollback(e) ? e : report.unknownOutcome(e);
        } catch (RuntimeException | Error e) {
            throw report.unknownOutcome(e);
        }
    }

    private static boolean provesRollback(SQLException e) {
        try {
            return WorkReport.isRolledBack(e);
        } catch (OutOfMemoryError noMemoryToLook) {
            return false;
        }
    }

    /** Rolls back because of an error, which stays the one that is reported. */
    static void undo(UnitOfWork unit, Throwable why) {
        try {
            unit.rollback();
        } catch (SQLException | RuntimeException e) {
            FirstError.suppress(why, e);
        }
    }

    private static SQLException because(SQLException stopped, Throwable e) {
        FirstError.suppress(stopped, e);
        return stopped;
    }

    /** Borrows a connection out of what is left of the budget. */
    UnitOfWork borrow(String what, Budget budget) throws SQLException {
        boolean noted = holders.begin(what);
        budget.waitsForConnection();
        try {
            UnitOfWork unit = pool.begin(budget.leftNanos());
            budget.waitedForConnection();
            return unit;
        } catch (SQLException e) {
            throw notBorrowed(e, budget);
        } finally {
            if (noted) {
                holders.end();
            }
        }
    }

    /** A wait for a connection ends without one: a caller who gave a time is told what became of it. */
    SQLException notBorrowed(SQLException why, Budget budget) {
        budget.waitedForConnection();
        return budget.isStrict() && budget.isOver() ? report.timedOut(budget, why) : why;
    }

    /** The same for whoever waited elsewhere. */
    Throwable notBorrowed(Throwable why, Budget budget) {
        return why instanceof SQLException e ? notBorrowed(e, budget) : why;
    }
}
