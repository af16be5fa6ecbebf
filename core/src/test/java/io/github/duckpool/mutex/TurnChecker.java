package io.github.duckpool.mutex;

import io.github.duckpool.mutex.TurnLog.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Judges the turns of all processes: exclusion, order by ticket, and a counter that every exclusive turn raises by one. */
final class TurnChecker {
    private final List<String> violations = new ArrayList<>();

    /**
     * Checks a whole run.
     *
     * @param turns all turns in the order in which they began
     * @param counter what the shared counter reads at the end
     * @return what is wrong, one line each; empty when all is well
     */
    static List<String> check(List<Turn> turns, long counter) {
        var checker = new TurnChecker();
        checker.exclusion(turns);
        checker.order(turns);
        checker.counter(turns, counter);
        return checker.violations;
    }

    /** No exclusive turn overlaps any other; a turn without an end counts only by its beginning. */
    private void exclusion(List<Turn> turns) {
        Turn latestEnd = null;
        Turn latestExclusiveEnd = null;
        for (Turn turn : turns) {
            Turn before = turn.shared() ? latestExclusiveEnd : latestEnd;
            if (before != null && end(before) > turn.startNanos()) {
                violations.add("overlap: " + turn + " began while " + before + " lasted");
            }
            if (latestEnd == null || end(turn) > end(latestEnd)) {
                latestEnd = turn;
            }
            if (!turn.shared() && (latestExclusiveEnd == null || end(turn) > end(latestExclusiveEnd))) {
                latestExclusiveEnd = turn;
            }
        }
    }

    /** Of two turns of which one is exclusive, the one with the lower ticket comes first. */
    private void order(List<Turn> turns) {
        Turn highest = null;
        Turn highestExclusive = null;
        for (Turn turn : turns) {
            Turn before = turn.shared() ? highestExclusive : highest;
            if (before != null && before.ticket() > turn.ticket()) {
                violations.add("order: " + turn + " came after " + before);
            }
            if (highest == null || turn.ticket() > highest.ticket()) {
                highest = turn;
            }
            if (!turn.shared() && (highestExclusive == null || turn.ticket() > highestExclusive.ticket())) {
                highestExclusive = turn;
            }
        }
    }

    /** Every value was raised by exactly one completed turn, or by one that was killed after it wrote. */
    private void counter(List<Turn> turns, long counter) {
        Map<Long, Integer> completed = new HashMap<>();
        Map<Long, Integer> killed = new HashMap<>();
        for (Turn turn : turns) {
            if (turn.shared()) {
                if (turn.counterAfter() != null && turn.counterAfter() != turn.counterBefore()) {
                    violations.add("counter: it changed during " + turn);
                }
            } else {
                (turn.complete() ? completed : killed).merge(turn.counterBefore(), 1, Integer::sum);
            }
        }
        completed.forEach((value, times) -> {
            if (times > 1 || value >= counter) {
                violations.add("counter: " + times + " turns raised " + value + ", and it ends at " + counter);
            }
        });
        for (long value = 0; value < counter; value++) {
            if (!completed.containsKey(value) && !killed.containsKey(value)) {
                violations.add("counter: nobody raised " + value);
            }
        }
    }

    private static long end(Turn turn) {
        Long end = turn.endNanos();
        return end != null ? end : turn.startNanos();
    }
}
