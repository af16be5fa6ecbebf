package io.github.duckpool.lock;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a process that was seen.
 *
 * @param pid its number; 0 if it can't be seen from here
 * @param identity tells it from a later process with the same number: when it started, in the platform's own unit; null if
 *     that is not known
 * @param name what the operating system calls it
 * @param commandLine its command and arguments; empty if they are not known
 * @param executable the program's file
 * @param user whose it is
 * @param started when it started
 * @param otherNamespace whether it lives in another PID namespace than this process
 */
record ProcessFacts(
        long pid,
        @Nullable String identity,
        String name,
        List<String> commandLine,
        Optional<Path> executable,
        Optional<String> user,
        Optional<Instant> started,
        boolean otherNamespace) {

    /** A process of which nothing but its number is known, if that. */
    static ProcessFacts unseen(long pid, String name, Optional<String> user) {
        return new ProcessFacts(pid, null, name, List.of(), Optional.empty(), user, Optional.empty(), false);
    }

    /** The operating system's own account of a process, on any platform; it tells processes apart by the time of their start. */
    static ProcessFacts of(ProcessHandle process, String name) {
        ProcessHandle.Info info = process.info();
        List<String> commandLine = info.arguments()
                .map(arguments -> {
                    List<String> words = new ArrayList<>(List.of(arguments));
                    words.add(0, info.command().orElse(name));
                    return List.copyOf(words);
                })
                .or(() -> info.commandLine().map(List::of))
                .orElse(List.of());
        return new ProcessFacts(
                process.pid(),
                identity(process),
                name,
                commandLine,
                info.command().map(Path::of),
                info.user(),
                info.startInstant(),
                false);
    }

    /** Whether a process is the one that was seen, on a platform that tells processes apart by the time of their start. */
    static boolean isSame(ProcessHandle process, ProcessFacts seen) {
        return seen.identity() != null && seen.identity().equals(identity(process));
    }

    private static @Nullable String identity(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse(null);
    }
}
