package io.github.duckpool.lock;

import io.github.duckpool.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A process of another program that has a file open. It says a line when it is ready, and ends when its input does. */
final class ForeignProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private String greeting = "";

    private ForeignProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    /** Starts any program, and waits for its first line. */
    static ForeignProcess start(List<String> command) throws IOException {
        var started = new ForeignProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        started.greeting = String.valueOf(started.output.readLine());
        return started;
    }

    /** A shell that has the file open for reading and writing, without a lock. */
    static ForeignProcess shell(Path file) throws IOException {
        return shell(file, "");
    }

    /** The same, after some commands. */
    static ForeignProcess shell(Path file, String before) throws IOException {
        return start(List.of("sh", "-c", before + "exec 3<>\"$1\"; echo ready; read line", "sh", file.toString()));
    }

    /** Python, with a program of its own and arguments; skips the test where it is not installed. */
    static ForeignProcess python(String program, Object... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(named("DUCKPOOL_PYTHON", "a python that imports duckdb"), "-c", program));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return start(command);
    }

    /** Python that has the database open, by DuckDB. */
    static ForeignProcess duckdb(Path file, boolean readOnly) throws IOException {
        return python(
                "import sys, duckdb\n"
                        + "con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'true')\n"
                        + "if sys.argv[2] != 'true': con.execute('CREATE TABLE IF NOT EXISTS letter (number INTEGER)')\n"
                        + "print('ready', flush=True)\n"
                        + "sys.stdin.read()\n",
                file,
                readOnly);
    }

    /** Python that has locked the whole file, as DuckDB does. */
    static ForeignProcess lock(Path file) throws IOException {
        return python(
                "import sys, fcntl\n"
                        + "file = open(sys.argv[1], 'r+b')\n"
                        + "fcntl.lockf(file, fcntl.LOCK_EX)\n"
                        + "print('ready', flush=True)\n"
                        + "sys.stdin.read()\n",
                file);
    }

    /** A main class of the tests in a JVM of its own. */
    static ForeignProcess java(Class<?> main, Object... arguments) throws IOException {
        List<String> command = ChildJvm.command(System.getProperty("java.class.path"), main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return start(command);
    }

    static String named(String variable, String what) {
        String value = System.getenv(variable);
        boolean here = value != null && !value.isEmpty() && !value.equals("none");
        skipUnless(here, "the environment variable " + variable + " does not name " + what);
        return String.valueOf(value);
    }

    static void skipUnless(boolean condition, String why) {
        if (!condition) {
            System.err.println("SKIPPED: " + why);
        }
        Assumptions.assumeTrue(condition, "SKIPPED: " + why);
    }

    String greeting() {
        return greeting;
    }

    String line() throws IOException {
        return String.valueOf(output.readLine());
    }

    long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    /** Ends it, and waits until it has. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
