package io.github.duckpool.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line, run within the test.
 *
 * @param exitCode as the program would end
 * @param out what it printed
 * @param err what it said on the standard error
 */
record Cli(int exitCode, String out, String err) {
    static Cli run(Object... arguments) {
        List<String> words = new ArrayList<>();
        for (Object argument : arguments) {
            words.add(argument instanceof Path path ? path.toString() : String.valueOf(argument));
        }
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words.toArray(new String[0]));
        return new Cli(exitCode, out.toString(), err.toString());
    }
}
