package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.UnitOfWork;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction for a batch of members, who have started and are of one kind. Either it is committed and all are told so, or its
 * commit has an unknown outcome and all are told that, or nothing of it is there, and what is to be done instead is the answer: parts
 * of the batch, in order, smaller or without those who were stopped.
 *
 * <p>Used by the writer's thread.
 */
final class SharedTransaction {
    private static final Logger LOG = LoggerFactory.getLogger(SharedTransaction.class);

    private final Units units;
    private final WorkReport report;
    private final Outcomes outcomes;

    SharedTransaction(Units units, WorkReport report, Outcomes outcomes) {
        this.units = units;
        this.report = report;
        this.outcomes = outcomes;
    }

    /** Does them in one transaction. */
    List<List<Pending<?>>> together(List<Pending<?>> members) throws SQLException {
        Budget shortest = shortest(members);
        UnitOfWork borrowed;
        try {
            borrowed = units.borrow("write", shortest);
        } catch (SQLException e) {
            if (!shortest.isOver()) {
                throw e;
            }
            // The wait goes on for those who have time left.
            Map<Boolean, List<Pending<?>>> parts =
                    members.stream().collect(Collectors.partitioningBy(m -> m.budget == shortest || m.budget.isOver()));
            outcomes.failed(parts.getOrDefault(true, List.of()), e);
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
            } catch (Throwable e) { // a checked one too, which a function can throw without declaring it
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
            units.insert(table, rows, unit);
        } catch (SQLException | RuntimeException e) {
            return again(members, e, "a row");
        }
        outcomes.committed(members);
        return List.of();
    }

    /** What is to be done after an error: nothing if it leaves the outcome unknown, else everything, in halves. */
    private List<List<Pending<?>>> again(List<Pending<?>> members, Exception why, String what) {
        if (why instanceof SQLException e && WorkReport.isUnknown(e)) {
            outcomes.failed(members, e); // none of them may be cancelled any more, for it may be committed
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
                Units.undo(unit, report.cancelled());
                return List.of(members); // without the one who was stopped
            }
            units.commit(unit);
        } catch (SQLException e) {
            return again(members, e, "the commit");
        }
        outcomes.committed(members);
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
