package io.github.duckpool.internal.lease;

import io.github.duckpool.lock.LockTable;
import io.github.duckpool.mutex.FileMutex;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Says who has the turn on a file, where the operating system tells; otherwise that somebody has. */
final class TurnReport {
    /** Tickets are lock bytes above this one; see the protocol of the queue. */
    private static final long TICKETS = 1L << 62;

    private TurnReport() {}

    static String describe(FileMutex mutex) {
        List<LockTable.Lock> tickets =
                LockTable.read().map(table -> table.on(mutex.companion())).orElse(List.of()).stream()
                        .filter(lock -> lock.start() > TICKETS)
                        .sorted(Comparator.comparingLong(LockTable.Lock::start))
                        .toList();
        long own = ProcessHandle.current().pid();
        Optional<LockTable.Lock> holder = tickets.stream().findFirst();
        String waits = "waits for its turn on " + mutex.file();
        if (holder.isEmpty()) {
            return waits;
        }
        long pid = holder.get().pid();
        if (pid == own) {
            return waits + ", which this process has (in another class loader, or the turn has just come)";
        }
        long before = tickets.stream().takeWhile(lock -> lock.pid() != own).count();
        return waits + ", which " + process(pid) + " has; " + before + " before it";
    }

    private static String process(long pid) {
        var text = new StringBuilder("PID ").append(pid);
        ProcessHandle.of(pid).map(ProcessHandle::info).ifPresent(info -> {
            info.command()
                    .ifPresent(command -> text.append(" (").append(command).append(')'));
            info.user().ifPresent(user -> text.append(" of user ").append(user));
        });
        return text.toString();
    }
}
