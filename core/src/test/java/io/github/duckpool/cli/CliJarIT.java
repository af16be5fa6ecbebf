package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command line as it is shipped: one jar that needs nothing beside it. */
@DisabledOnOs(OS.WINDOWS)
class CliJarIT {
    private static final Path JAR = Path.of(System.getProperty("duckpool.cli.jar"));

    @TempDir
    Path directory;

    @Test
    void runsByItself() throws Exception {
        assertThat(output(0, "--version")).contains("duckpool " + System.getProperty("duckpool.version"), "DuckDB v");
        String file = Files.createFile(directory.resolve("letters.duckdb")).toString();
        assertThat(output(0, "who", file)).contains("nobody has it");
        assertThat(output(9, "run", file, "--timeout", "1m", "--", "sh", "-c", "echo ran; exit 9"))
                .isEqualTo("ran\n");
    }

    @Test
    void carriesLicencesAndNoForeignModule() throws Exception {
        try (var jar = new JarFile(JAR.toFile())) {
            List<String> names = jar.stream().map(ZipEntry::getName).toList();
            assertThat(names)
                    .contains(
                            "META-INF/LICENSE",
                            "META-INF/NOTICE",
                            "META-INF/licenses/duckdb.txt",
                            "META-INF/licenses/slf4j.txt",
                            "picocli/CommandLine.class",
                            "simplelogger.properties")
                    .noneMatch(name -> name.endsWith("module-info.class"))
                    .noneMatch(name -> name.startsWith("org/jspecify") || name.startsWith("org/junit"));
            assertThat(names).as("each once").doesNotHaveDuplicates();
        }
    }

    private String output(int exitCode, String... arguments) throws Exception {
        List<String> command = ChildJvm.java();
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        try (var process = CliProcess.startCommand(command, directory)) {
            assertThat(process.exitCode()).as(process.err()).isEqualTo(exitCode);
            assertThat(process.err()).isEmpty();
            return process.out();
        }
    }
}
