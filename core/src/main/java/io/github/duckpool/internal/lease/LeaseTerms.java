package io.github.duckpool.internal.lease;

import io.github.duckpool.observe.Alert;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How one pool wants to hold a file. Times of zero mean "no limit", except for the shortest slice.
 *
 * @param poolName the pool's name, for threads and messages
 * @param readOnly whether the pool opens the file read-only, so that its turns are shared ones
 * @param yields whether the file is passed on when others wait; else it is kept until the pool closes
 * @param minSliceNanos how long the file is kept at least
 * @param maxSliceNanos after how long others' waiting makes borrowed connections worth a report
 * @param cutsOff whether connections that outstay the longest slice are cut off
 * @param idleReleaseNanos after how long without a borrowed connection the file is closed
 * @param lendsWithoutLock whether the pool lends on after DuckDB's lock was lost
 * @param settings DuckDB's settings, which all pools of a process on one file must share
 * @param alerts whom to tell what a person should know
 */
public record LeaseTerms(
        String poolName,
        boolean readOnly,
        boolean yields,
        long minSliceNanos,
        long maxSliceNanos,
        boolean cutsOff,
        long idleReleaseNanos,
        boolean lendsWithoutLock,
        Map<String, String> settings,
        Consumer<Alert> alerts) {

    /** Copies the map. */
    public LeaseTerms {
        settings = Map.copyOf(settings);
    }
}
