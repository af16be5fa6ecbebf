package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.duckdb.DuckDBDriver;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleLogger;

/** Other processes of the tests, with the same JDK: some with the tests' class path, some with what a user of the library has on his. */
public final class ChildJvm {
    private ChildJvm() {}

    /** Runs a main class to its end and returns what it printed; fails if it failed. */
    public static String run(Path directory, List<String> prefix, Class<?> main, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command(main, args));
        Path output = Files.createTempFile("child", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(300, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            String printed = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(ended).as("ended in time, having printed: %s", printed).isTrue();
            assertThat(process.exitValue()).as(printed).isZero();
            return printed;
        } finally {
            Files.delete(output);
        }
    }

    public static List<String> command(Class<?> main, String... args) {
        List<String> command = java();
        command.addAll(List.of(
                "-Xmx256m", "-Dfile.encoding=UTF-8", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Whether a command is there and works. */
    public static boolean works(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Starts a main class; what it prints goes to a file. */
    public static Process start(Class<?> main, Path output, String... arguments) throws IOException {
        List<String> command = command(classPath(main), main.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    /** The words that run a main class. */
    public static List<String> command(String classPath, String main) {
        List<String> command = java();
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-cp",
                classPath,
                main));
        return command;
    }

    /** The words that start a JVM like this one, which leaves no file behind. */
    public static List<String> java() {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + ChildTemp.directory()));
    }

    public static String classPath(Class<?> main) {
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

    public static Path location(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** What a process printed, for the message of a failed assertion. */
    public static String read(Path output) {
        try {
            return Files.exists(output) ? Files.readString(output) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
