package io.github.duckpool.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command that runs inside a turn, and the way of signals to it. From its construction on, signals to this process don't end it:
 * before the command starts they interrupt the thread that made this object, which waits for the turn; afterwards they go to the command,
 * whose end ends this process.
 *
 * <p>The turn belongs to this process. If it is killed outright (SIGKILL, out of memory), the kernel gives the turn to the next in line, and
 * the command, which lost its protection, must end too: a shell that waits for this process's end then sends it SIGTERM. What remains is a kill
 * between the command's start and the next few instructions, which tell that shell its number: then the command runs on.
 *
 * <p>A terminal sends the SIGINT of Ctrl-C to all processes in its foreground, the command among them. Then it is not passed on a second
 * time, which Python, for one, takes for impatience.
 *
 * <p>Invariant: a signal is either seen by {@link #start} before the command exists, or sent to the command; both are decided under
 * this object's monitor.
 */
final class Child implements AutoCloseable {
    /** Prints when a process started, in a form that only serves to be compared, from what each Unix has. */
    private static final String BORN = """
            born() {
                if [ -r "/proc/$1/stat" ]; then sed 's/^.*) //' "/proc/$1/stat" | cut -d' ' -f20
                else ps -o lstart= -p "$1"; fi
            }
            """;

    /** Reads the command's PID, then waits for a line that says that all is over; without that, this process was killed. */
    private static final String WATCH = BORN + """
            trap '' HUP INT TERM
            read -r pid || exit 0
            started=$(born "$pid")
            read -r over && exit 0
            [ -n "$started" ] && [ "$(born "$pid")" = "$started" ] && kill -s TERM "$pid"
            """;

    /** Prints the process group, and the one in the terminal's foreground. */
    private static final String GROUPS = """
            if [ -r "/proc/$1/stat" ]; then sed 's/^.*) //' "/proc/$1/stat" | cut -d' ' -f3,6
            else ps -o pgid=,tpgid= -p "$1"; fi
            """;

    /** The number and the words of the operating system: {@code error=2, No such file}, from newer JDKs {@code error: 2 (No such file)}. */
    private static final Pattern ERROR = Pattern.compile("error[=:] ?(\\d+)[, ]+\\(?([^()]*[^() ])");

    private final Thread waiter = Thread.currentThread();
    private final Signals signals;
    private @Nullable Process process;
    private @Nullable Process watch;
    private int early;
    private boolean closed;

    Child() {
        signals = new Signals(this::received);
    }

    /**
     * Starts the command, unless a signal came before. It has this program's input, output and errors.
     *
     * @throws CommandFailure if it can't be started
     * @throws InterruptedException if a signal came before
     */
    void start(List<String> command, Map<String, String> environment) throws CommandFailure, InterruptedException {
        watch = startWatch();
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        synchronized (this) {
            if (early != 0) {
                throw new InterruptedException("a signal came before the command started");
            }
            try {
                process = builder.start();
            } catch (IOException e) {
                throw notStarted(command.get(0), e);
            }
            tell(process.pid() + "\n");
        }
    }

    /**
     * Waits for the command's end.
     *
     * @return its exit code; 128 and the signal's number if a signal ended it
     */
    int await() {
        while (true) {
            try {
                return started().waitFor();
            } catch (InterruptedException e) {
                // no signal does this once the command runs, and the command's end is what ends this program
            }
        }
    }

    private Process started() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    /** 128 and the number of the signal that came before the command started; empty if none did. */
    synchronized Optional<Integer> endedEarly() {
        return early == 0 ? Optional.empty() : Optional.of(ExitCode.SIGNALLED + early);
    }

    /** Ends the watch; after this signals end this process as usual. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        tell("over\n");
        if (watch != null) {
            try {
                watch.getOutputStream().close();
            } catch (IOException e) {
                // it has ended
            }
        }
        signals.close();
    }

    private synchronized void received(String name, int number) {
        if (closed) {
            return;
        }
        Process running = process;
        if (running == null) {
            early = number;
            waiter.interrupt();
        } else if (name.equals("TERM")) {
            running.destroy();
        } else if (running.isAlive() && !(name.equals("INT") && isInForeground())) {
            Shell.ask("kill -s \"$1\" \"$2\"", name, Long.toString(running.pid()));
        }
    }

    private static boolean isInForeground() {
        String self = Long.toString(ProcessHandle.current().pid());
        return Shell.ask(GROUPS, self)
                .map(groups -> groups.split("\\s+", -1))
                .map(groups -> groups.length == 2 && groups[0].equals(groups[1]))
                .orElse(false);
    }

    private static @Nullable Process startWatch() {
        try {
            return new ProcessBuilder(Shell.command(WATCH))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return null; // no POSIX shell, as on Windows: then the command outlives a killed runner
        }
    }

    private void tell(String line) {
        if (watch != null) {
            try {
                watch.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
                watch.getOutputStream().flush();
            } catch (IOException e) {
                watch = null; // somebody killed it; the command runs on unwatched
            }
        }
    }

    private static CommandFailure notStarted(String program, IOException cause) {
        String message = String.valueOf(cause.getMessage());
        Matcher error = ERROR.matcher(message);
        boolean known = error.find();
        if (known && error.group(1).equals("2")) {
            return new CommandFailure(
                    ExitCode.NOT_FOUND, "there is no command \"" + program + "\"; check its name and the PATH", cause);
        }
        String reason = known ? error.group(2) : message;
        return new CommandFailure(
                ExitCode.NOT_EXECUTABLE,
                "\"" + program + "\" can't be started: " + reason
                        + "; make it executable, or run it by its interpreter",
                cause);
    }
}
