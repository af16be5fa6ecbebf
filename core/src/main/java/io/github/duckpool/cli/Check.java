package io.github.duckpool.cli;

import static java.util.Objects.requireNonNull;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.QueuePlace;
import io.github.duckpool.mutex.FileMutex;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code check}: whether a database file, and the place where it lies, are in order. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Checks a database file, and the locks of the place where it lies.",
        description = {
            "",
            "Opens the file by DuckDB, read-only and for a moment, if nobody has it. Locks are tried on a scratch file in the same"
                    + " directory, with a second process.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no problem, there may be warnings",
            "1:a problem, or it can't be told",
            "2:the arguments are wrong",
            "3:no problem, and not opened because somebody has it"
        })
final class Check implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DatabaseFile database;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws CommandFailure, IOException, InterruptedException {
        Path path = database.path();
        LockHolders seen = look(path);
        if (!seen.exists()) {
            throw new NoSuchFileException(
                    path.toString(), null, "no such file, though others have a deleted one open or queue for it");
        }
        FileMutex mutex = FileMutex.of(path);
        var findings = new Findings();
        new FileFacts(seen.file(), findings).find(!seen.isFree());
        Path directory = requireNonNull(seen.file().getParent()); // a real path of a file has one
        boolean answered = LockTrial.run(directory, findings);
        if (!answered) {
            findings.warn("open", "not tried: it would wait for the same lock server");
        } else if (!Holding.isHeld(seen) && Files.isRegularFile(seen.file()) && Files.isReadable(seen.file())) {
            Optional<DuckError> refusal = TrialOpening.of(mutex, findings);
            if (refusal.isPresent()) {
                seen = LockHolders.of(path, refusal.get());
            }
        }
        holders(seen, findings);
        queue(seen, mutex, findings);
        return report(seen, findings);
    }

    private static LockHolders look(Path path) throws IOException {
        try {
            return LockHolders.of(path);
        } catch (NoSuchFileException e) {
            if (OrphanedLogs.isOne(OrphanedLogs.of(path))) {
                throw new NoSuchFileException(path.toString(), null, OrphanedLogs.DATABASE_GONE);
            }
            throw e;
        }
    }

    private static void holders(LockHolders seen, Findings findings) {
        if (seen.isFree()) {
            findings.ok("held by", "nobody");
        } else {
            findings.ok(
                    "held by",
                    seen.holders().stream()
                                    .map(holder -> holder + " (lock: "
                                            + holder.mode().name().toLowerCase(Locale.ROOT) + ")")
                                    .collect(Collectors.joining(", "))
                            + "; so it was not opened");
        }
        seen.notes().forEach(note -> findings.warn("note", note));
    }

    private static void queue(LockHolders seen, FileMutex mutex, Findings findings) {
        if (!Files.exists(mutex.companion())) {
            findings.ok("queue", "none yet: nobody has taken turns on this file");
        } else if (seen.queue().isEmpty()) {
            findings.ok("queue", "empty");
        } else {
            findings.ok("queue", seen.queue().stream().map(Check::place).collect(Collectors.joining("; ")));
        }
        findings.facts().with("queueExists", Files.exists(mutex.companion()));
    }

    private static String place(LockHolder member) {
        return member + " " + member.queuePlace().map(QueuePlace::toString).orElse("");
    }

    private int report(LockHolders seen, Findings findings) {
        PrintWriter out = spec.commandLine().getOut();
        boolean held = Holding.isHeld(seen);
        if (json) {
            out.println(new Json()
                    .with("file", seen.file())
                    .with("result", Findings.word(findings.worst()))
                    .with("held", held)
                    .with("facts", findings.facts())
                    .with("findings", findings.json())
                    .with("holders", HoldersJson.list(seen.holders()))
                    .with("queue", HoldersJson.list(seen.queue())));
        } else {
            out.println(Text.line(seen.file().toString()) + ":");
            out.println();
            findings.lines(Terminal.width()).forEach(out::println);
        }
        out.flush();
        if (findings.worst() == Findings.Level.PROBLEM) {
            return ExitCode.FAILED;
        }
        return held ? ExitCode.HELD : ExitCode.OK;
    }
}
