package io.github.duckpool.internal.lease;

import io.github.duckpool.lock.LockTable;
import io.github.duckpool.lock.QueuePlace;
import io.github.duckpool.mutex.FileMutex;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Says who has the turn on a file, where the operating system tells; otherwise that somebody has. */
final class TurnReport {
    private TurnReport() {}

    static String describe(FileMutex mutex) {
        List<QueuePlace> queue =
                LockTable.read().map(table -> table.queue(mutex.companion())).orElse(List.of());
        String waits = "waits for its turn on " + mutex.file();
        if (queue.isEmpty()) {
            return waits;
        }
        long own = ProcessHandle.current().pid();
        long first = queue.get(0).pid();
        if (first == own) {
            return waits + ", which this process has (in another class loader, or the turn has just come)";
        }
        long before = queue.stream().takeWhile(place -> place.pid() != own).count();
        return waits + ", which " + OtherProcess.name(first, Optional.empty(), Optional.empty()) + " has"
                + OtherProcess.since(first, Instant.now()) + "; " + before + " before it";
    }
}
