package io.github.duckpool.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every Java block of the documentation compiles, and those that are statements run without an error. */
class SnippetsTest {

    @TempDir
    private Path directory;

    @Test
    void everyBlockOfThePagesCompilesAndRuns() throws Exception {
        List<Snippet> snippets = Markdown.all().stream()
                .flatMap(page -> page.blocks("java").stream())
                .map(Snippet::of)
                .toList();
        assertThat(snippets).hasSizeGreaterThan(5);

        assertThat(compile(snippets)).isEmpty();

        List<String> runnable =
                snippets.stream().filter(Snippet::runs).map(Snippet::className).toList();
        String said = run(runnable);
        assertThat(said).contains("ran " + runnable.size());
    }

    @Test
    void aBlockThatDoesNotCompileIsNamed() throws Exception {
        Snippet broken = Snippet.of(new Markdown.Block("README.md", 7, "java", "int n = pool.noSuchMethod();"));
        assertThat(compile(List.of(broken))).contains("Snippet_README_md_7").contains("noSuchMethod");
    }

    @Test
    void aBlockThatFailsIsNamed() throws Exception {
        Snippet failing = Snippet.of(new Markdown.Block(
                "README.md", 8, "java", "pool.getConnection().createStatement().execute(\"no SQL\");"));
        assertThat(compile(List.of(failing))).isEmpty();
        assertThat(run(List.of(failing.className())))
                .contains("Snippet_README_md_8")
                .contains("Parser Error")
                .doesNotContain("ran 1");
    }

    /** Returns what the compiler said. */
    private String compile(List<Snippet> snippets) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Snippet snippet : snippets) {
            sources.add(Files.writeString(directory.resolve(snippet.fileName()), snippet.source()));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-d", directory.toString(), "--release", "17", "-proc:none", "-cp", Snippet.classPath());
            compiler.getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
        }
        return said.toString();
    }

    /** Returns what the process printed. */
    private String run(List<String> classNames) throws Exception {
        Path working = Files.createDirectories(directory.resolve("working"));
        Path output = directory.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Snippet.classPath(directory.toString()),
                SnippetContext.class.getName()));
        command.addAll(classNames);
        Process process = new ProcessBuilder(command)
                .directory(working.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(240, TimeUnit.SECONDS))
                    .as("the snippets end in time: %s", Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
