package io.github.duckpool.cli;

import io.github.duckpool.lock.LockTable;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A file and those who have it, for a sentence. */
final class Holding {
    private Holding() {}

    static String of(Path file) {
        List<Long> pids = LockTable.read().stream()
                .flatMap(table -> table.on(file).stream())
                .map(LockTable.Lock::pid)
                .distinct()
                .toList();
        return Text.line(file.toString())
                + (pids.isEmpty()
                        ? ""
                        : pids.stream()
                                .map(pid -> "PID " + pid)
                                .collect(Collectors.joining(", ", ", which is held by ", "")));
    }
}
