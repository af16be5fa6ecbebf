package io.github.duckpool.lock;

import io.github.duckpool.lock.LockHolder.Mode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What DuckDB's error says about the holder, where nothing else tells. It is never enough to end a process by. */
final class ErrorView implements ProcessView {
    private ErrorView() {}

    static Sighting nothing() {
        return new Sighting(
                List.of(),
                List.of(),
                0,
                List.of(
                        "This platform does not tell who has a file open; DuckDB's own error does, when it refuses to open the file"),
                false,
                LockHolders.Source.NONE,
                Instant.now());
    }

    /** Adds the holder that an error names, unless it was seen, or nobody is named and somebody who explains the error was seen. */
    static Sighting added(Sighting seen, DuckError error) {
        if (error.kind() != DuckError.Kind.FILE_LOCKED || isExplained(seen, error)) {
            return seen;
        }
        List<LockHolder> holders = new ArrayList<>(seen.holders());
        List<String> notes = new ArrayList<>(seen.notes());
        boolean known = seen.source() != LockHolders.Source.NONE;
        long pid = error.holderPid().orElse(0);
        if (known) {
            notes.add(
                    pid == 0
                            ? "DuckDB met a lock whose owner can't be seen from here: another container or host"
                            : "DuckDB was refused by PID " + pid
                                    + ", which has the file open no more, or can't be seen from here");
            if (pid != 0) {
                return new Sighting(
                        holders, seen.queue(), seen.hidden(), notes, seen.conclusive(), seen.source(), seen.taken());
            }
        }
        ErrorView view = new ErrorView();
        holders.add(new LockHolder(
                facts(error, pid),
                false,
                error.holderReadsOnly() ? Mode.READ : Mode.WRITE,
                null,
                null,
                seen.taken(),
                new Ending(view, Ending.Signal.JDK)));
        return new Sighting(
                holders,
                seen.queue(),
                seen.hidden(),
                known ? notes : List.of("Only DuckDB's error tells here who has the file open"),
                seen.conclusive(),
                known ? seen.source() : LockHolders.Source.ERROR_TEXT,
                seen.taken());
    }

    private static boolean isExplained(Sighting seen, DuckError error) {
        return seen.holders().stream()
                .anyMatch(holder -> error.holderPid().isPresent()
                        ? holder.pid() == error.holderPid().getAsLong()
                        : holder.pid() == 0);
    }

    private static ProcessFacts facts(DuckError error, long pid) {
        String command = error.holderCommand().orElse("");
        Optional<ProcessHandle> process = pid == 0 ? Optional.empty() : ProcessHandle.of(pid);
        ProcessFacts facts = process.map(handle -> ProcessFacts.of(handle, command))
                .orElseGet(() -> ProcessFacts.unseen(pid, command, error.holderUser()));
        return new ProcessFacts(
                pid,
                facts.identity(),
                facts.name(),
                facts.commandLine().isEmpty() && !command.isEmpty() ? List.of(command) : facts.commandLine(),
                facts.executable().or(() -> path(command)),
                facts.user().or(error::holderUser),
                facts.started(),
                false);
    }

    private static Optional<Path> path(String command) {
        try {
            return command.isEmpty() ? Optional.empty() : Optional.of(Path.of(command));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    @Override
    public Standing standing(ProcessFacts process) {
        return Standing.UNKNOWN;
    }

    @Override
    public Optional<String> objection(ProcessFacts process) {
        return Optional.of(
                "only DuckDB's error told of it, and it can't be checked here that it still has the file open");
    }
}
