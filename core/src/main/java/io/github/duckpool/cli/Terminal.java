package io.github.duckpool.cli;

import java.io.Console;

/** The terminal that this program may have. */
final class Terminal {
    private static final Size USUAL = new Size(24, 80);
    private static final int LEAST_WIDTH = 60;

    private Terminal() {}

    /** Whether a person sits there: input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // asks both ways, below
    static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // from Java 22 on there is a console without a terminal too
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** How many columns it has; 80 where there is none. */
    static int width() {
        return Math.max(LEAST_WIDTH, size().columns);
    }

    /**
     * The size of a terminal in characters.
     *
     * @param rows how many lines
     * @param columns how many columns
     */
    record Size(int rows, int columns) {}

    /** Its size; 24 lines of 80 columns where there is none. */
    static Size size() {
        if (!isThere()) {
            return USUAL;
        }
        return Shell.askWithOwnInput("stty size")
                .map(size -> size.split(" ", -1))
                .filter(size ->
                        size.length == 2 && size[0].matches("[1-9]\\d{0,3}") && size[1].matches("[1-9]\\d{0,3}"))
                .map(size -> new Size(Integer.parseInt(size[0]), Integer.parseInt(size[1])))
                .orElse(USUAL);
    }
}
