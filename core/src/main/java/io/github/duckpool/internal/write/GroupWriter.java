package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.SqlExceptions;
import io.github.duckpool.internal.pool.UnitOfWork;
import io.github.duckpool.mutex.Permit;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves groups when their turn comes, on the writer's thread: members one after another in the order they joined, as many as
 * fit in one transaction, and one COMMIT for all of them. Nobody is told before that.
 *
 * <p>A batch in which anything fails is rolled back and done again in parts, in order, until who fails stands alone: then it
 * fails by itself and harms nobody else. So a function may run twice, as with any retry; a commit whose outcome is unknown
 * is told to all and repeated for none.
 */
final class GroupWriter implements WritersLine.Turns {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);

    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_ROWS = 1024;

    private final WorkThreads threads;
    private final int mostFunctions;

    /** How many may be served together of the kind that was served last; the writer's. */
    private int full;

    private @Nullable WritersLine line;
    private @Nullable Units units;

    GroupWriter(WorkThreads threads, int mostFunctions) {
        this.threads = threads;
        this.mostFunctions = mostFunctions;
    }

    /** Completes the circle of those who need each other; before the first member joins. */
    void connect(WritersLine line, Units units) {
        this.line = line;
        this.units = units;
    }

    private WritersLine line() {
        WritersLine connected = line;
        if (connected == null) {
            throw new IllegalStateException("connect must be called first");
        }
        return connected;
    }

    private Units units() {
        Units connected = units;
        if (connected == null) {
            throw new IllegalStateException("connect must be called first");
        }
        return connected;
    }

    @Override
    public void opened(Group group, Pending<?> first) {
        group.expireBy(threads.later(first.budget.leftNanos(), () -> sweep(group)));
    }

    /** Ends the wait of those whose time is over. */
    private void sweep(Group group) {
        boolean waits = group.forEach(member -> {
            if (member.budget.isOver() && member.call.withdraw(line().report().timedOut(member.budget))) {
                member.giveUp(threads);
            }
        });
        if (waits) {
            group.expireBy(threads.later(SWEEP_NANOS, () -> sweep(group)));
        }
    }

    @Override
    public void granted(Group group, Permit permit) {
        group.expireBy(null);
        threads.write(() -> {
            line().begin();
            Gathering gathering = line().gathering();
            gathering.begin();
            try {
                serveAll(group.seal());
                gathering.await(full);
            } finally {
                line().leave(permit);
            }
        });
    }

    @Override
    public void refused(Group group) {
        List<Pending<?>> members = group.seal();
        members.forEach(member -> member.fail(line().report().closed()));
        threads.deliver(members);
    }

    /** Nobody is left without an outcome, whatever happens. */
    private void serveAll(List<Pending<?>> members) {
        try {
            serve(members);
        } catch (RuntimeException | Error e) { // no memory is left, for one
            List<Pending<?>> left = new ArrayList<>();
            for (Pending<?> member : members) {
                if (!member.call.isOver()) {
                    member.fail(e);
                    left.add(member);
                }
            }
            threads.deliver(left);
            throw e;
        }
    }

    private void serve(List<Pending<?>> members) {
        Deque<List<Pending<?>>> batches = new ArrayDeque<>();
        int from = 0;
        while (from < members.size()) {
            boolean rows = members.get(from) instanceof PendingRow;
            int most = rows ? MOST_ROWS : mostFunctions;
            full = most;
            int to = from + 1;
            while (to < members.size() && to - from < most && members.get(to) instanceof PendingRow == rows) {
                to++;
            }
            batches.add(members.subList(from, to));
            from = to;
        }
        for (List<Pending<?>> batch = batches.poll(); batch != null; batch = batches.poll()) {
            List<List<Pending<?>>> again = serveBatch(batch);
            for (int i = again.size() - 1; i >= 0; i--) {
                if (!again.get(i).isEmpty()) {
                    batches.addFirst(again.get(i));
                }
            }
        }
    }

    /** Returns what is to be done instead, in order; nothing if every member has its outcome. */
    private List<List<Pending<?>>> serveBatch(List<Pending<?>> batch) {
        List<Pending<?>> members = startable(batch);
        if (members.isEmpty()) {
            return List.of();
        }
        try {
            if (members.size() > 1) {
                return together(members);
            }
            members.get(0).alone(units());
            tell(members);
        } catch (SQLException e) {
            fail(members, e);
        } catch (RuntimeException | Error e) {
            members.forEach(member -> member.fail(e));
            tell(members);
        }
        return List.of();
    }

    /** Completes them: what a thread waits for itself here, for that spares a switch, the rest where continuations may run. */
    private void tell(List<Pending<?>> members) {
        List<Pending<?>> futures = new ArrayList<>();
        List<Pending<?>> blocking = new ArrayList<>();
        members.forEach(member -> (member.blocksCaller() ? blocking : futures).add(member));
        if (!futures.isEmpty()) {
            threads.deliver(futures);
        }
        line().gathering().telling(blocking.size());
        blocking.forEach(Pending::run);
    }

    private void fail(List<Pending<?>> members, SQLException why) {
        members.forEach(member -> member.fail(SqlExceptions.copy(why)));
        tell(members);
    }

    /** Leaves out who was stopped, and was told so, and those whose time is over. */
    private List<Pending<?>> startable(List<Pending<?>> batch) {
        List<Pending<?>> members = new ArrayList<>(batch.size());
        for (Pending<?> member : batch) {
            if (member.budget.isOver() && member.call.withdraw(line().report().timedOut(member.budget))) {
                member.giveUp(threads);
            } else if (member.call.start()) {
                member.budget.leftLine();
                members.add(member);
            }
        }
        return members;
    }

    /** Does them in one transaction. */
    private List<List<Pending<?>>> together(List<Pending<?>> members) throws SQLException {
        Budget shortest = shortest(members);
        UnitOfWork borrowed;
        try {
            borrowed = units().borrow("write", shortest);
        } catch (SQLException e) {
            if (!shortest.isOver()) {
                throw e;
            }
            // The wait goes on for those who have time left.
            Map<Boolean, List<Pending<?>>> parts =
                    members.stream().collect(Collectors.partitioningBy(m -> m.budget == shortest || m.budget.isOver()));
            fail(parts.getOrDefault(true, List.of()), e);
            return List.of(parts.getOrDefault(false, List.of()));
        }
        try (UnitOfWork unit = borrowed) {
            return members.get(0) instanceof PendingRow ? rows(members, unit) : functions(members, unit);
        }
    }

    /** The budget that is used up first. */
    private static Budget shortest(List<Pending<?>> members) {
        Budget shortest = members.get(0).budget;
        for (Pending<?> member : members) {
            if (member.budget.endsBefore(shortest)) {
                shortest = member.budget;
            }
        }
        return shortest;
    }

    private List<List<Pending<?>>> functions(List<Pending<?>> members, UnitOfWork unit) throws SQLException {
        unit.begin();
        for (int i = 0; i < members.size(); i++) {
            try {
                ((PendingFunction<?>) members.get(i)).runIn(unit);
            } catch (SQLException | RuntimeException | Error e) {
                unit.end(); // the transaction is the pool's again
                Units.undo(unit, e);
                LOG.debug("a write failed among {}: those before it are done again, then it alone", members.size(), e);
                return List.of(members.subList(0, i), members.subList(i, i + 1), after(members, i + 1));
            }
            if (!unit.end() && i + 1 < members.size()) {
                // It left a trace in the session, which the next one must not see.
                return followedBy(commit(members.subList(0, i + 1), unit), after(members, i + 1));
            }
        }
        return commit(members, unit);
    }

    private List<List<Pending<?>>> rows(List<Pending<?>> members, UnitOfWork unit) throws SQLException {
        Table table = ((PendingRow) members.get(0)).table;
        List<@Nullable Object[]> first = rowsFrom(members, 0);
        if (first.size() == members.size() && Table.fitOneInsert(first)) {
            return oneInsert(members, table, first, unit);
        }
        unit.beginNow();
        try {
            table.append(unit, first);
            for (int from = first.size(); from < members.size(); ) {
                List<@Nullable Object[]> next = rowsFrom(members, from);
                ((PendingRow) members.get(from)).table.append(unit, next);
                from += next.size();
            }
        } catch (SQLException | RuntimeException e) {
            Units.undo(unit, e);
            LOG.debug("a row failed among {}: they are done again in halves", members.size(), e);
            return halves(members);
        }
        return commit(members, unit);
    }

    /** The rows, from here on, that go to the same table without another's between. */
    private static List<@Nullable Object[]> rowsFrom(List<Pending<?>> members, int from) {
        Table table = ((PendingRow) members.get(from)).table;
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int i = from;
                i < members.size() && members.get(i) instanceof PendingRow next && next.table == table;
                i++) {
            rows.add(next.row);
        }
        return rows;
    }

    /** Writes them by one statement that commits by itself: without BEGIN and COMMIT it takes two thirds of the time. */
    private List<List<Pending<?>>> oneInsert(
            List<Pending<?>> members, Table table, List<@Nullable Object[]> rows, UnitOfWork unit) {
        if (!beginCommit(members)) {
            return List.of(members); // without the one who was stopped
        }
        try {
            units().insert(table, rows, unit);
        } catch (SQLException | RuntimeException e) {
            return again(members, e, "a row");
        }
        members.forEach(Pending::committed);
        tell(members);
        return List.of();
    }

    /** What is to be done after an error: nothing if it leaves the outcome unknown, else everything, in halves. */
    private List<List<Pending<?>>> again(List<Pending<?>> members, Exception why, String what) {
        if (why instanceof SQLException e && WorkReport.isUnknown(e)) {
            fail(members, e); // none of them may be cancelled any more, for it may be committed
            return List.of();
        }
        members.forEach(member -> member.call.reopen());
        LOG.debug("{} failed among {}: they are done again in halves", what, members.size(), why);
        return halves(members);
    }

    /** Commits what has run, and tells; or returns what is to be done instead. */
    private List<List<Pending<?>>> commit(List<Pending<?>> members, UnitOfWork unit) {
        try {
            unit.check();
            if (!beginCommit(members)) {
                Units.undo(unit, line().report().cancelled());
                return List.of(members); // without the one who was stopped
            }
            units().commit(unit);
        } catch (SQLException e) {
            return again(members, e, "the commit");
        }
        members.forEach(Pending::committed);
        tell(members);
        return List.of();
    }

    private static boolean beginCommit(List<Pending<?>> members) {
        for (int i = 0; i < members.size(); i++) {
            if (!members.get(i).call.beginCommit()) {
                members.subList(0, i).forEach(member -> member.call.reopen());
                return false;
            }
        }
        return true;
    }

    private static List<List<Pending<?>>> halves(List<Pending<?>> members) {
        int middle = (members.size() + 1) / 2;
        return List.of(members.subList(0, middle), after(members, middle));
    }

    private static List<Pending<?>> after(List<Pending<?>> members, int from) {
        return members.subList(from, members.size());
    }

    private static List<List<Pending<?>>> followedBy(List<List<Pending<?>>> parts, List<Pending<?>> rest) {
        List<List<Pending<?>>> all = new ArrayList<>(parts);
        all.add(rest);
        return all;
    }
}
