package io.github.duckpool.examples.letters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param seconds how long to work
 * @param directory where the database is made
 */
record Options(int seconds, Path directory) {

    Options {
        if (seconds < 1) {
            throw new IllegalArgumentException("--seconds must be at least 1, was " + seconds);
        }
    }

    static Options parse(String... args) {
        Options options = new Options(10, Path.of("target", "letters"));
        List<String> words = List.of(args);
        for (int i = 0; i < words.size(); i += 2) {
            String name = words.get(i);
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException(name + " must be followed by a value");
            }
            options = options.with(name, words.get(i + 1));
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--seconds" -> new Options(Integer.parseInt(value), directory);
            case "--directory" -> new Options(seconds, Path.of(value));
            default -> throw new IllegalArgumentException("an option must be --seconds or --directory, was " + name);
        };
    }

    /** The path of the database, which an earlier run may have left and which does not exist any more. */
    Path freshFile() throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("letters.duckdb");
        Files.deleteIfExists(file);
        Files.deleteIfExists(directory.resolve("letters.duckdb.wal"));
        return file.toAbsolutePath().normalize();
    }
}
