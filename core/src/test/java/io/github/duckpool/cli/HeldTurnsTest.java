package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands inside turns are told of them. */
class HeldTurnsTest {
    @ParameterizedTest
    @ValueSource(strings = {"/a", "/a:b", "/a\\b", "/a\\:b:", "/a\nb", "C:\\letters", "/a\\\\", "a@b", "@"})
    void anyNameComesThrough(String file) {
        HeldTurns turns =
                HeldTurns.parse(HeldTurns.parse("1@/other").with("2.3", file).toString());

        assertThat(turns.contain(file)).as(turns.toString()).isTrue();
        assertThat(turns.contain("/other")).isTrue();
        assertThat(turns.contain("/a:")).isFalse();
        HeldTurns more = HeldTurns.parse(turns.with("4", "/more").toString());
        assertThat(more.contain(file)).isTrue();
        assertThat(more.without((runner, its) -> runner.equals("2.3")).contain(file))
                .isFalse();
        assertThat(more.without((runner, its) -> runner.equals("2.3")).contain("/more"))
                .isTrue();
    }

    @Test
    void none() {
        for (HeldTurns turns : List.of(HeldTurns.parse(null), HeldTurns.parse(""))) {
            assertThat(turns.toString()).isEmpty();
            assertThat(turns.contain("")).isFalse();
            assertThat(turns.behind("/a")).isEmpty();
        }
    }

    @Test
    void theOrderOfThePathsIsKept() {
        HeldTurns turns = HeldTurns.parse("1@/b").with("2", "/d");

        assertThat(turns.behind("/e")).isEmpty();
        assertThat(turns.behind("/c")).contains("/d");
        assertThat(turns.behind("/a")).contains("/d");
    }

    @Test
    void aRunnerThatHasEndedIsKnownOnlyWhereItsNumberMeansIt() throws Exception {
        String self = HeldTurns.self();
        String pid = Long.toString(ProcessHandle.current().pid());
        String namespace = self.substring(pid.length());
        Process process = new ProcessBuilder(
                        List.of(ProcessHandle.current().info().command().orElseThrow(), "-version"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();

        assertThat(HeldTurns.isOver(self, "/a")).isFalse();
        assertThat(HeldTurns.isOver(process.pid() + namespace, "/a")).isTrue();
        assertThat(HeldTurns.isOver(process.pid() + ".1" + namespace, "/a")).isFalse();
        assertThat(HeldTurns.isOver("", "/a")).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRunnerThatProcHidesHasItsTurn(@TempDir Path directory) throws Exception {
        List<String> hidden = List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t proc -o hidepid=2 proc /proc && exec setpriv --regid=65534 --clear-groups"
                        + " --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace \"$@\"",
                "sh");
        List<String> trial = new ArrayList<>(hidden);
        trial.addAll(
                List.of("test", "!", "-d", "/proc/" + ProcessHandle.current().pid()));
        assumeThat(ChildJvm.works(trial.toArray(String[]::new)))
                .as("SKIPPED: only root may mount a /proc that hides processes")
                .isTrue();
        FileMutex mutex = FileMutex.of(directory.resolve("letters.duckdb"));
        String file = mutex.file().toString();
        try (Permit turn = mutex.lock()) {
            assertThat(ChildJvm.run(directory, hidden, Looking.class, HeldTurns.self(), file))
                    .contains("over: false");
        }
        assertThat(ChildJvm.run(directory, hidden, Looking.class, HeldTurns.self(), file))
                .contains("over: true");
    }

    /** Tells whether a turn is over: {@code runner file}. */
    static final class Looking {
        public static void main(String[] args) {
            System.out.println("over: " + HeldTurns.isOver(args[0], args[1]));
        }
    }
}
