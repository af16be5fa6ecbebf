package io.github.duckpool.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** The argument that every command has. */
final class DatabaseFile {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The database file, by any path. It is not opened, unless said otherwise.")
    @SuppressWarnings("NullAway.Init")
    private String file;

    Path path() throws CommandFailure {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new CommandFailure(ExitCode.USAGE, "\"" + file + "\" can't be a file's name: " + e.getReason(), e);
        }
    }
}
