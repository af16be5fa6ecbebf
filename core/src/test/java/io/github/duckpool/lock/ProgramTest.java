package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.LockHolder.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs are recognised by their names. */
class ProgramTest {
    private static Program program(String executable, String... words) {
        return Program.of(new ProcessFacts(
                7,
                "1",
                words.length == 0 ? "kernel" : words[0],
                List.of(words),
                executable.isEmpty() ? Optional.empty() : Optional.of(Path.of(executable)),
                Optional.empty(),
                Optional.empty(),
                false));
    }

    @ParameterizedTest
    @CsvSource({
        "JVM, java App, /usr/lib/jvm/17/bin/java, java|-Xmx1g|-cp|a.jar:b.jar|App",
        "JVM, java service.jar, /usr/bin/java, java|-jar|/srv/service.jar|--port=1",
        "JVM, java org.example.Main, '', java|--module-path|mods|-m|org.example/org.example.Main",
        "BI_TOOL, java metabase.jar, /usr/bin/java, java|-jar|metabase.jar",
        "BI_TOOL, dbeaver, /usr/share/dbeaver-ce/dbeaver, dbeaver",
        "BI_TOOL, java org.jkiss.dbeaver.launcher.Main, /usr/bin/java, java|-cp|x.jar|org.jkiss.dbeaver.launcher.Main",
        "BI_TOOL, tabprotosrv, '', /opt/tableau/tabprotosrv",
        "BI_TOOL, python3.11 superset, /usr/bin/python3.11, python|/usr/local/bin/superset|run",
        "PYTHON, python3.11 import.py, /usr/bin/python3.11, python3|-u|jobs/import.py|letters.duckdb",
        "PYTHON, python3 ipykernel_launcher, /usr/bin/python3, python|-m|ipykernel_launcher|-f|k.json",
        "PYTHON, python3, /usr/bin/python3, python3|-c|import duckdb",
        "NODE, node server.mjs, /usr/bin/node, node|--inspect|server.mjs",
        "NODE, next-server (v15.1.0), /usr/bin/node, next-server (v15.1.0)",
        "DUCKDB_CLI, duckdb letters.duckdb, /usr/local/bin/duckdb, duckdb|letters.duckdb",
        "DUCKDB_CLI, duckdb metabase.duckdb, /usr/local/bin/duckdb, duckdb|metabase.duckdb",
        "OTHER, cat letters.duckdb, /usr/bin/cat, cat|letters.duckdb",
        "OTHER, dash x.sh, /usr/bin/dash, sh|/home/metabase/x.sh"
    })
    void kindsAndNames(Kind kind, String name, String executable, String words) {
        Program program = program(executable, words.split("\\|"));
        assertThat(program.kind()).isEqualTo(kind);
        assertThat(program.name()).isEqualTo(name);
    }

    @Test
    void nextServersAndNotebooksGetTheirOwnAdvice() {
        assertThat(program("/usr/bin/node", "node", "/app/node_modules/.bin/next", "dev")
                        .nextServer())
                .isTrue();
        assertThat(program("/usr/bin/node", "next-server (v15)").nextServer()).isTrue();
        assertThat(program("/usr/bin/node", "node", "next.js").nextServer()).isFalse();
        assertThat(program("/usr/bin/python3", "python", "-m", "ipykernel_launcher")
                        .notebook())
                .isTrue();
        assertThat(program("/usr/bin/python3", "python", "x.py").notebook()).isFalse();
    }

    @Test
    void processWithoutACommandLine() {
        assertThat(program("").name()).isEqualTo("kernel");
        assertThat(program("").kind()).isEqualTo(Kind.OTHER);
    }
}
