package io.github.duckpool.internal.write;

import io.github.duckpool.internal.wait.Uncaught;
import io.github.duckpool.mutex.Permit;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves groups when their turn comes, on the writer's thread: members one after another in the order they joined, as many as
 * fit in one transaction, and one COMMIT for all of them. Nobody is told before that.
 *
 * <p>A batch in which anything fails is rolled back and done again in parts, in order, until who fails stands alone: then it
 * fails by itself and harms nobody else. So a function may run twice, as with any retry; a commit whose outcome is unknown
 * is told to all and repeated for none.
 */
final class GroupWriter implements WritersLine.Turns {
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_ROWS = 1024;

    private final WorkThreads threads;
    private final int mostFunctions;

    /** How many may be served together of the kind that was served last; the writer's. */
    private int full;

    /** Those whom it needs and who need it. */
    private record Connected(WritersLine line, Units units, SharedTransaction shared, Outcomes outcomes) {}

    private @Nullable Connected connected;

    GroupWriter(WorkThreads threads, int mostFunctions) {
        this.threads = threads;
        this.mostFunctions = mostFunctions;
    }

    /** Completes the circle of those who need each other; before the first member joins. */
    void connect(WritersLine line, Units units) {
        Outcomes outcomes = new Outcomes(threads::deliver, line.gathering()::telling);
        connected = new Connected(line, units, new SharedTransaction(units, line.report(), outcomes), outcomes);
    }

    private Connected connected() {
        Connected present = connected;
        if (present == null) {
            throw new IllegalStateException("connect must be called first");
        }
        return present;
    }

    private WorkReport report() {
        return connected().line.report();
    }

    @Override
    public void opened(Group group, Pending<?> first) {
        group.expireBy(threads.later(first.budget.leftNanos(), () -> sweep(group)));
    }

    /** Ends the wait of those whose time is over. */
    private void sweep(Group group) {
        boolean waits = group.forEach(member -> {
            if (member.budget.isOver() && member.call.withdraw(report().timedOut(member.budget))) {
                member.giveUp(threads);
            }
        });
        if (waits) {
            group.expireBy(threads.later(SWEEP_NANOS, () -> sweep(group)));
        }
    }

    @Override
    public void granted(Group group, Permit permit) {
        try {
            threads.write(() -> takeTurn(group, permit));
        } catch (OutOfMemoryError e) { // for the task itself: the turn must not be lost
            takeTurn(group, permit);
        }
    }

    /** Throws nothing: who was served has heard what became of it. */
    private void takeTurn(Group group, Permit permit) {
        WritersLine line = connected().line;
        try {
            line.begin();
            line.gathering().begin();
            group.expireBy(null);
            serveAll(group.seal());
            line.gathering().await(full);
        } catch (RuntimeException | Error e) { // no memory is left, for one
            connected().outcomes.abandoned(group.seal(), e);
            Uncaught.report(e);
        } finally {
            line.leave(permit);
        }
    }

    @Override
    public void refused(Group group) {
        List<Pending<?>> members = group.seal();
        for (int i = 0; i < members.size(); i++) {
            refuse(members.get(i));
        }
        connected().outcomes.tellElsewhere(members);
        group.expireBy(null);
    }

    /** If there is no memory to say it in, that is the outcome. */
    private void refuse(Pending<?> member) {
        Throwable why;
        try {
            why = report().closed();
        } catch (Throwable e) {
            why = e;
        }
        member.fail(why);
    }

    @Override
    public void abandoned(Group group, Error why) {
        List<Pending<?>> members = group.seal();
        Outcomes.fail(members, why);
        Outcomes.tellHere(members); // there may be no memory for another way
    }

    /** Nobody is left without an outcome, whatever happens. */
    private void serveAll(List<Pending<?>> members) {
        try {
            serve(members);
        } catch (RuntimeException | Error e) {
            connected().outcomes.abandoned(members, e);
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
        Outcomes outcomes = connected().outcomes;
        try {
            if (members.size() > 1) {
                return connected().shared.together(members);
            }
            members.get(0).alone(connected().units);
            outcomes.tell(members);
        } catch (SQLException e) {
            outcomes.failed(members, e);
        } catch (RuntimeException | Error e) {
            outcomes.abandoned(members, e);
        }
        return List.of();
    }

    /** Leaves out who was stopped, and was told so, and those whose time is over. */
    private List<Pending<?>> startable(List<Pending<?>> batch) {
        List<Pending<?>> members = new ArrayList<>(batch.size());
        for (Pending<?> member : batch) {
            if (member.budget.isOver() && member.call.withdraw(report().timedOut(member.budget))) {
                member.giveUp(threads);
            } else if (member.call.start()) {
                member.budget.leftLine();
                members.add(member);
            } else {
                threads.deliver(member); // the one who stopped it may have failed before it could tell
            }
        }
        return members;
    }
}
