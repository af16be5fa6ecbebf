package io.github.duckpool.lock;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a look at the processes has brought, by whatever source the platform has.
 *
 * @param conclusive whether it would have shown who has a lock, so that nobody means nobody
 */
record Sighting(
        List<LockHolder> holders,
        List<LockHolder> queue,
        int hidden,
        List<String> notes,
        boolean conclusive,
        LockHolders.Source source,
        Instant taken) {

    private static final Comparator<LockHolder> ORDER = Comparator.comparing(LockHolder::mode)
            .thenComparing(holder -> holder.started().orElse(Instant.MAX))
            .thenComparingLong(LockHolder::pid);

    static Sighting of(DatabaseFiles files, Optional<DuckError> refusal) {
        Sighting seen = ProcView.isThere()
                ? new ProcView(files).look()
                : LsofView.isThere() ? new LsofView(files).look() : ErrorView.nothing();
        return refusal.map(error -> ErrorView.added(seen, error)).orElse(seen);
    }

    Sighting {
        List<LockHolder> sorted = new ArrayList<>(holders);
        sorted.sort(ORDER);
        holders = sorted;
    }
}
