package io.github.duckpool.cli;

/** How the program ends, for scripts. */
final class ExitCode {
    /** Done; nobody has the file; the check found nothing. */
    static final int OK = 0;

    /** It failed, and the error says why; or the check found a problem. */
    static final int FAILED = 1;

    /** The arguments are wrong. */
    static final int USAGE = 2;

    /** Somebody has the file. */
    static final int HELD = 3;

    /** {@code run}: the turn did not come in time, as timeout(1) has it. */
    static final int TIMED_OUT = 124;

    /** {@code run}: it failed before the command started, as env(1), nice(1) and timeout(1) have it. */
    static final int RUNNER_FAILED = 125;

    /** {@code run}: the command was found and could not be started. */
    static final int NOT_EXECUTABLE = 126;

    /** {@code run}: there is no such command. */
    static final int NOT_FOUND = 127;

    /** Added to the number of the signal that ended a process. */
    static final int SIGNALLED = 128;

    private ExitCode() {}
}
