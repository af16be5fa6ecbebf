package io.github.duckpool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Where child processes keep their temporary files: the driver unpacks its library there, 70 MB that a killed process leaves
 * behind. Hundreds are killed in a run of the tests, which once filled the disk.
 */
final class ChildTemp {
    /** A library is loaded at once when it is unpacked; what is older is in use no more by its name, or by nobody. */
    private static final Duration LOADED = Duration.ofMinutes(1);

    private static final Path DIRECTORY = create();

    private ChildTemp() {}

    /** The directory, without the libraries of earlier children. */
    static Path directory() {
        delete("libduckdb_java*", LOADED);
        return DIRECTORY;
    }

    private static Path create() {
        try {
            Path directory = Files.createTempDirectory("duckpool-children");
            Runtime.getRuntime().addShutdownHook(new Thread(ChildTemp::delete));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete() {
        delete("*", Duration.ZERO);
        try {
            Files.deleteIfExists(DIRECTORY);
        } catch (IOException e) {
            System.err.println("left behind: " + e); // a child is still at work
        }
    }

    private static void delete(String glob, Duration age) {
        Instant before = Instant.now().minus(age);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(DIRECTORY, glob)) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            System.err.println("left behind: " + e); // a child removed its own meanwhile; the next call looks again
        }
    }
}
