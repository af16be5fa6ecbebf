package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.QueuePlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Who keeps others from a file, for a sentence. */
final class Holding {
    private Holding() {}

    /** Whether anybody has the file open, or the turn on it. */
    static boolean isHeld(LockHolders seen) {
        return !seen.isFree() || seen.queue().stream().anyMatch(Holding::hasTurn);
    }

    /** How the program ends that was asked who has the file. */
    static int exitCode(LockHolders seen) {
        if (isHeld(seen)) {
            return ExitCode.HELD;
        }
        return seen.isConclusive() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Those who keep others out: by DuckDB's lock, or by the turn. */
    static List<LockHolder> blockers(LockHolders seen) {
        return HoldersTable.processes(seen).stream()
                .filter(holder -> !holder.isThisProcess())
                .filter(holder ->
                        hasTurn(holder) || (holder.mode() != LockHolder.Mode.NONE && !holder.isOfDeletedFile()))
                .toList();
    }

    static boolean hasTurn(LockHolder holder) {
        return holder.queuePlace().map(QueuePlace::turn).orElse(false);
    }

    /** The file and those who have it, as far as that can be seen. */
    static String of(Path file) {
        return Text.line(file.toString()) + by(file);
    }

    private static String by(Path file) {
        try {
            List<LockHolder> blockers = blockers(LockHolders.of(file));
            return blockers.isEmpty()
                    ? ""
                    : blockers.stream().map(LockHolder::toString).collect(Collectors.joining(", ", " (held by ", ")"));
        } catch (IOException e) {
            return "";
        }
    }
}
