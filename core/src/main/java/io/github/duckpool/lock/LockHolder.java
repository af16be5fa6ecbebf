package io.github.duckpool.lock;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A process that has a database file, or its write-ahead log, open or locked, or stands in its queue; as it was when
 * {@link LockHolders#of(Path) looked at}. Immutable and thread-safe, but what it tells may have changed since: the process may have
 * ended, and another one may have got its number.
 *
 * <p><b>Ending a process.</b> Nothing here ends a process unless {@link #terminate} or {@link #terminateForcibly} is called. Both
 * look again right before they send the signal: the process must be the same one, by its number <em>and</em> the time of its
 * start, and must still have the file open or locked, or have the turn on it. They refuse this process itself, process 1, processes
 * in another PID namespace (containers) or that can't be seen, and what the operating system does not permit.
 *
 * <p><b>The race that remains.</b> Between the last check and the signal the process could end, and its number could go to a new
 * process, which would get the signal. {@link ProcessHandle#destroy} compares the time of the start in native code immediately before
 * {@code kill(2)}, so that this takes a process that ends within those few instructions, and a number that comes round again within
 * them: Linux gives a number out again only after all others (up to 4 million, by {@code pid_max}). A {@code pidfd} of Linux, which
 * has no such race, can't be reached from Java 17 without native code.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a>
 */
public final class LockHolder {

    /** The lock that a process holds on the database file. */
    public enum Mode {
        /** It writes, and keeps everybody else out. */
        WRITE,
        /** It reads: other readers get in, a writer does not. */
        READ,
        /** It holds none: it keeps nobody out by having the file open. */
        NONE
    }

    /** What kind of program a process is, guessed by its names, for advice alone. */
    public enum Kind {
        /** A Java program. */
        JVM,
        /** Node, Deno or Bun; also the development server of Next.js. */
        NODE,
        /** Python; also notebooks. */
        PYTHON,
        /** DuckDB's command line. */
        DUCKDB_CLI,
        /** A database browser or a reporting tool: DBeaver, Metabase, Tableau and the like. */
        BI_TOOL,
        /** Anything else. */
        OTHER
    }

    private final ProcessFacts process;
    private final boolean thisProcess;
    private final Mode mode;
    private final @Nullable List<OpenFile> descriptors;
    private final @Nullable QueuePlace place;
    private final Instant taken;
    private final Ending ending;
    private final Program program;

    LockHolder(
            ProcessFacts process,
            boolean thisProcess,
            Mode mode,
            @Nullable List<OpenFile> descriptors,
            @Nullable QueuePlace place,
            Instant taken,
            Ending ending) {
        this.process = process;
        this.thisProcess = thisProcess;
        this.mode = mode;
        this.descriptors = descriptors;
        this.place = place;
        this.taken = taken;
        this.ending = ending;
        this.program = Program.of(process);
    }

    /**
     * Its number, in the PID namespace of this process.
     *
     * @return the PID; 0 if the process can't be seen from here, as in another container or on another host
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Whether the process can be seen from here.
     *
     * @return false if no more is known than that it holds the file; then it can't be ended from here either
     */
    public boolean isVisible() {
        return process.pid() > 0 && process.identity() != null;
    }

    /**
     * What to call the program: its script, its main class or archive, or its executable's name.
     *
     * @return a short name; it may hold any character, control characters too
     */
    public String program() {
        return program.name();
    }

    /**
     * Its command and arguments.
     *
     * @return the words as the operating system has them, any characters; some programs overwrite them. Empty if unknown
     */
    public List<String> commandLine() {
        return process.commandLine();
    }

    /**
     * The program's file.
     *
     * @return its path; empty if it may not be read, as for other users' processes
     */
    public Optional<Path> executable() {
        return process.executable();
    }

    /**
     * Whose process it is.
     *
     * @return the user's name, or number if it has no name here; empty if unknown
     */
    public Optional<String> user() {
        return process.user();
    }

    /**
     * When the process started.
     *
     * @return the time; empty if unknown
     */
    public Optional<Instant> started() {
        return process.started();
    }

    /**
     * How long it had been running when it was looked at.
     *
     * @return the time since its start, never negative; empty if unknown
     */
    public Optional<Duration> age() {
        return process.started()
                .map(start -> Duration.between(start, taken))
                .map(age -> age.isNegative() ? Duration.ZERO : age);
    }

    /**
     * Its lock on the database file. Where the platform does not list locks (macOS), it is what DuckDB takes for the way in which
     * the file is open.
     *
     * @return the lock
     */
    public Mode mode() {
        return mode;
    }

    /**
     * The descriptors by which it has the database file and its write-ahead log open.
     *
     * @return the descriptors; empty also if they {@linkplain #hasReadableDescriptors() may not be read}
     */
    public List<OpenFile> descriptors() {
        return descriptors == null ? List.of() : descriptors;
    }

    /**
     * Whether this process may read what that one has open.
     *
     * @return false for other users' processes, unless this one is privileged; the lock is known even so
     */
    public boolean hasReadableDescriptors() {
        return descriptors != null;
    }

    /**
     * Whether all it has open has been deleted, or replaced by another file of that name. It keeps nobody out of the file that is there
     * now, and what it writes is lost when it closes.
     *
     * @return true if so
     */
    public boolean isOfDeletedFile() {
        return !descriptors().isEmpty() && descriptors().stream().allMatch(OpenFile::deleted);
    }

    /**
     * Whether it is the process that asks.
     *
     * @return true for this JVM
     */
    public boolean isThisProcess() {
        return thisProcess;
    }

    /**
     * Whether it lives in another PID namespace, as the processes of containers do.
     *
     * @return true if so; it is not ended from here
     */
    public boolean isInOtherNamespace() {
        return process.otherNamespace();
    }

    /**
     * Its place in the queue for the file.
     *
     * @return the place; empty if it does not take turns
     */
    public Optional<QueuePlace> queuePlace() {
        return Optional.ofNullable(place);
    }

    /**
     * What kind of program it is.
     *
     * @return a guess by its names
     */
    public Kind kind() {
        return program.kind();
    }

    /**
     * What to do about it.
     *
     * @return one or two sentences for people
     */
    public String advice() {
        return Advice.about(this, program);
    }

    /**
     * Why the process would not be ended from here at this moment. This looks again.
     *
     * @return the reason in one sentence; empty if a signal would be sent
     */
    public Optional<String> objection() {
        return ending.objection(this);
    }

    /**
     * Asks the process to end (SIGTERM), after looking again whether it is still this process and still has the file, and waits until it
     * has ended or let the file go. A zombie, which has ended but was not collected by its parent, counts as ended.
     *
     * @param grace how long to wait; zero sends the signal and looks once
     * @return what came of it
     * @throws IllegalArgumentException if the grace is negative
     * @throws InterruptedException if this thread was interrupted while it waited; the signal has been sent
     */
    public Termination terminate(Duration grace) throws InterruptedException {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace must not be negative, was " + grace);
        }
        return ending.end(this, false, grace);
    }

    /**
     * Kills the process (SIGKILL), after the same look as {@link #terminate}. It can't clean up: a transaction that it has not
     * committed is lost; DuckDB replays its log at the next open. Call this only when {@code terminate} did not help. Waits up to 10
     * seconds for the operating system to give its memory and its locks back.
     *
     * @return what came of it
     * @throws InterruptedException if this thread was interrupted while it waited; the signal has been sent
     */
    public Termination terminateForcibly() throws InterruptedException {
        return ending.end(this, true, Ending.AFTER_KILL);
    }

    ProcessFacts process() {
        return process;
    }

    LockHolder at(QueuePlace itsPlace) {
        return new LockHolder(process, thisProcess, mode, descriptors, itsPlace, taken, ending);
    }

    /** One line that names the process: {@code PID 4711 (python3, import.py) of user ann}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                process.pid() > 0 ? "PID " + process.pid() : "a process that can't be seen from here");
        if (!program.name().isEmpty()) {
            text.append(" (").append(program.name()).append(')');
        }
        user().ifPresent(user -> text.append(" of user ").append(user));
        return text.toString();
    }
}
