package io.github.duckpool.examples.letters;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.Method;

/** Says how things stand: in one line that is written over on a terminal, and a line each second anywhere else. */
final class Progress {
    private static final long PLAIN_MILLIS = 1000;

    private final PrintStream out;
    private final boolean terminal;
    private long lastMillis = -PLAIN_MILLIS;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static Progress onStandardOutput() {
        return new Progress(System.out, isTerminal());
    }

    /** Shows how things stand after this time. */
    void show(long elapsedMillis, String state) {
        if (terminal) {
            out.print("\r\033[K" + state);
            out.flush();
        } else if (elapsedMillis - lastMillis >= PLAIN_MILLIS) {
            lastMillis = elapsedMillis;
            out.println(state);
        }
    }

    /** Leaves the line that is written over. */
    void end() {
        if (terminal) {
            out.print("\r\033[K");
            out.flush();
        }
    }

    @SuppressWarnings("SystemConsoleNull") // before JDK 22 it is null without a terminal, since then it can be asked
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            Method isTerminal = Console.class.getMethod("isTerminal");
            return (boolean) isTerminal.invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
