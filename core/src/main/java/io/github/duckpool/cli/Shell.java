package io.github.duckpool.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks the POSIX shell what Java can't tell. Its files are opened by the shell, not by this process, which could lose locks by
 * it.
 */
final class Shell {
    private Shell() {}

    /**
     * Runs a short script, and waits for its end.
     *
     * @param arguments its {@code $1}, {@code $2} and so on
     * @return what it printed; empty if it failed, or there is no shell
     */
    static Optional<String> ask(String script, String... arguments) {
        return run(ProcessBuilder.Redirect.PIPE, script, arguments);
    }

    /** The same, with this program's own input as the script's: to ask about the terminal. */
    static Optional<String> askWithOwnInput(String script) {
        return run(ProcessBuilder.Redirect.INHERIT, script);
    }

    /** The command that runs a script, for those who start it themselves. */
    static List<String> command(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "duckpool"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Optional<String> run(ProcessBuilder.Redirect input, String script, String... arguments) {
        try {
            Process process = new ProcessBuilder(command(script, arguments))
                    .redirectInput(input)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var answer = process.getInputStream()) {
                process.getOutputStream().close();
                String text = new String(answer.readAllBytes(), Charset.defaultCharset());
                return process.waitFor() == 0 ? Optional.of(text.strip()) : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
