package io.github.duckpool.internal.lease;

import io.github.duckpool.lock.LockTable;
import io.github.duckpool.lock.QueuePlace;
import io.github.duckpool.mutex.FileMutex;
import java.util.List;

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
        return waits + ", which " + process(first) + " has; " + before + " before it";
    }

    private static String process(long pid) {
        if (pid == 0) {
            return "a process that can't be seen from here (in another container, or on another host)";
        }
        var text = new StringBuilder("PID ").append(pid);
        ProcessHandle.of(pid).map(ProcessHandle::info).ifPresent(info -> {
            info.command()
                    .ifPresent(command -> text.append(" (").append(command).append(')'));
            info.user().ifPresent(user -> text.append(" of user ").append(user));
        });
        return text.toString();
    }
}
