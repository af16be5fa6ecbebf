package io.github.duckpool.sharing;

import io.github.duckpool.DuckPool;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.duckdb.DuckDBDriver;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleLogger;

/** Starts Java programs of the tests in processes of their own, with what a user of the library has on the class path. */
final class ChildJvm {
    private ChildJvm() {}

    /** Starts a main class; what it prints goes to a file. */
    static Process start(Class<?> main, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-cp",
                classPath(main),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    static String classPath(Class<?> main) {
        return Stream.of(
                        main,
                        DuckPool.class,
                        DuckDBDriver.class,
                        GenericObjectPool.class,
                        Logger.class,
                        SimpleLogger.class)
                .map(ChildJvm::location)
                .distinct()
                .map(Path::toString)
                .collect(Collectors.joining(System.getProperty("path.separator")));
    }

    static Path location(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** What a process printed, for the message of a failed assertion. */
    static String read(Path output) {
        try {
            return Files.exists(output) ? Files.readString(output) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
