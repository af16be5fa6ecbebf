package io.github.duckpool.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program with a module descriptor of its own, which sees the exported packages and no others. */
class ModularConsumerTest {
    private static final List<String> RUNTIME =
            List.of("duckpool-", "duckdb_jdbc-", "commons-pool2-", "slf4j-", "resilience4j-");

    private static final String DESCRIPTOR = "module consumer { requires io.github.duckpool; }";

    private static final String MAIN = """
            package consumer;

            import io.github.duckpool.DuckPool;
            import java.sql.Connection;
            import java.sql.ResultSet;

            public class Main {
                public static void main(String[] args) throws Exception {
                    try (DuckPool pool = DuckPool.builder().url("jdbc:duckdb:").build();
                            Connection connection = pool.getConnection();
                            ResultSet rows = connection.createStatement().executeQuery("SELECT 42")) {
                        rows.next();
                        System.out.println("answer " + rows.getInt(1) + " in " + DuckPool.class.getModule());
                    }
                }
            }
            """;

    @TempDir
    private Path directory;

    @Test
    void compilesAndRuns() throws Exception {
        assertThat(compile(MAIN)).isEmpty();
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-p",
                        directory.resolve("classes") + File.pathSeparator + modulePath(),
                        "-m",
                        "consumer/consumer.Main")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(output)).contains("answer 42 in module io.github.duckpool");
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void doesNotSeeWhatIsInternal() throws Exception {
        String curious = MAIN.replace(
                "import io.github.duckpool.DuckPool;",
                "import io.github.duckpool.DuckPool; import io.github.duckpool.internal.pool.PoolSettings;");
        assertThat(compile(curious))
                .contains("io.github.duckpool.internal.pool")
                .contains("not visible");
    }

    /** Returns what the compiler said, or nothing. */
    private String compile(String main) throws IOException {
        Path sources = Files.createDirectories(directory.resolve("sources/consumer"));
        Path descriptor = Files.writeString(directory.resolve("sources/module-info.java"), DESCRIPTOR);
        Path source = Files.writeString(sources.resolve("Main.java"), main);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d", directory.resolve("classes").toString(), "--release", "17", "--module-path", modulePath());
            compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(descriptor, source))
                    .call();
        }
        return said.toString();
    }

    private static String modulePath() {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> entries = new ArrayList<>(Arrays.asList(path.split(File.pathSeparator)));
        return entries.stream().filter(ModularConsumerTest::isNeeded).collect(Collectors.joining(File.pathSeparator));
    }

    /** The library is a jar once it was packaged, and a folder of classes before. */
    private static boolean isNeeded(String entry) {
        Path path = Path.of(entry);
        return path.endsWith("core/target/classes")
                || path.endsWith("retry/target/classes")
                || RUNTIME.stream().anyMatch(path.getFileName().toString()::startsWith);
    }
}
