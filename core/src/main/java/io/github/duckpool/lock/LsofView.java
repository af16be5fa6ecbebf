package io.github.duckpool.lock;

import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.OpenFile.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * macOS and other systems without Linux' {@code /proc}, by the program lsof. It runs as a process of its own, so that whatever it opens
 * costs this process no lock.
 */
final class LsofView implements ProcessView {
    private static final List<Path> PLACES = List.of(
            Path.of("/usr/sbin/lsof"), Path.of("/usr/bin/lsof"), Path.of("/usr/local/bin/lsof"), Path.of("/bin/lsof"));

    /** It can hang where a network file system does. */
    private static final long PATIENCE_SECONDS = 10;

    private static final boolean LISTS_LOCKS =
            !System.getProperty("os.name", "").startsWith("Mac");

    private final DatabaseFiles files;
    private final Ending ending = new Ending(this, Ending.Signal.JDK);

    LsofView(DatabaseFiles files) {
        this.files = files;
    }

    static boolean isThere() {
        return program().isPresent();
    }

    private static Optional<Path> program() {
        return PLACES.stream().filter(Files::isExecutable).findFirst();
    }

    Sighting look() {
        List<LsofOutput.Entry> entries;
        List<String> notes = new ArrayList<>();
        boolean told = true;
        try {
            entries = entries();
        } catch (IOException e) {
            entries = List.of();
            told = false;
            notes.add("lsof has failed, so nobody can be seen: " + e.getMessage());
        }
        Instant now = Instant.now();
        List<LockHolder> holders = new ArrayList<>();
        for (LsofOutput.Entry entry : entries) {
            holders.add(new LockHolder(
                    facts(entry),
                    entry.pid() == ProcessHandle.current().pid(),
                    mode(entry.open()),
                    List.copyOf(entry.open()),
                    null,
                    now,
                    ending));
        }
        if (!System.getProperty("user.name", "").equals("root")) {
            notes.add("lsof shows other users' processes to an administrator only");
        }
        notes.add(
                "Places in the queue, and processes on other hosts and in virtual machines, can't be seen on this platform");
        return new Sighting(holders, List.of(), 0, notes, told, LockHolders.Source.LSOF, now);
    }

    private static Mode mode(List<OpenFile> open) {
        return open.stream()
                .filter(file -> file.role() == Role.DATABASE)
                .map(OpenFile::lock)
                .min(Mode::compareTo)
                .orElse(Mode.NONE);
    }

    private static ProcessFacts facts(LsofOutput.Entry entry) {
        ProcessFacts facts = ProcessHandle.of(entry.pid())
                .map(process -> ProcessFacts.of(process, entry.command()))
                .orElseGet(() -> ProcessFacts.unseen(entry.pid(), entry.command(), entry.user()));
        return facts.user().isPresent()
                ? facts
                : new ProcessFacts(
                        facts.pid(),
                        facts.identity(),
                        facts.name(),
                        facts.commandLine(),
                        facts.executable(),
                        entry.user(),
                        facts.started(),
                        false);
    }

    private List<LsofOutput.Entry> entries() throws IOException {
        Map<Long, Role> roles = new LinkedHashMap<>();
        List<String> command = new ArrayList<>(
                List.of(program().orElseThrow().toString(), "-nP", "-w", "-F", LsofOutput.FIELDS, "--"));
        List<Path> paths = new ArrayList<>(List.of(files.real()));
        paths.addAll(files.walPaths());
        for (Path path : paths) {
            if (Files.exists(path) && Files.getAttribute(path, "unix:ino") instanceof Long inode) {
                Role role = path.equals(files.real()) ? Role.DATABASE : Role.WAL;
                if (roles.putIfAbsent(inode, role) == null) {
                    command.add(path.toString());
                }
            }
        }
        return roles.isEmpty() ? List.of() : LsofOutput.parse(run(command), roles, LISTS_LOCKS);
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(process::destroyForcibly);
        byte[] output = process.getInputStream().readAllBytes();
        // 0: all files are open; 1: some are not, or an error; anything else: it was killed
        int status = process.onExit().join().exitValue();
        if (status > 1) {
            throw new IOException("it ended with status " + status + " or took more than " + PATIENCE_SECONDS + " s");
        }
        return new String(output, StandardCharsets.UTF_8);
    }

    @Override
    public Standing standing(ProcessFacts process) {
        Optional<ProcessHandle> now = ProcessHandle.of(process.pid());
        if (now.isEmpty() || !ProcessFacts.isSame(now.get(), process)) {
            return Standing.GONE;
        }
        try {
            if (entries().stream().anyMatch(entry -> entry.pid() == process.pid())) {
                return Standing.HOLDS;
            }
        } catch (IOException e) {
            return Standing.UNKNOWN;
        }
        return now.get().isAlive() ? Standing.LET_GO : Standing.GONE;
    }

    @Override
    public Optional<String> objection(ProcessFacts process) {
        String user = System.getProperty("user.name", "");
        return user.equals("root") || process.user().filter(user::equals).isPresent()
                ? Optional.empty()
                : Optional.of(
                        "it belongs to user " + process.user().orElse("?")
                                + ", and this process has no right to end others' processes; ask that user, or an administrator");
    }
}
