package io.github.duckpool.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contenders in JVMs of their own, of which one fails. */
class ApartTest {
    private static final String SOUND = "sound";
    private static final String UNOPENED = "fails at opening";
    private static final String BROKEN = "fails in a slice";
    private static final String LEFT = "fails in a slice, and leaves a thread behind";
    private static final String UNCLOSED = "fails at closing";

    @TempDir
    private Path directory;

    @Test
    void whoFailsAtOpeningFailsAlone() throws Exception {
        oneFails(UNOPENED, "can't be opened");
    }

    @Test
    void whoFailsInASliceFailsAlone() throws Exception {
        oneFails(BROKEN, "can't go on");
    }

    @Test
    void whoFailsAtClosingFailsAlone() throws Exception {
        oneFails(UNCLOSED, "can't be closed");
    }

    /** A thread that is no daemon keeps a JVM alive whose main thread has thrown; nobody would get an answer. */
    @Test
    void whoFailsAndLeavesAThreadBehindFailsAlone() throws Exception {
        oneFails(LEFT, "can't go on");
    }

    /** In each of two rounds the sound one is measured under both settings, in one JVM, and only the other one's turns throw. */
    private void oneFails(String failing, String why) throws Exception {
        Path opened = directory.resolve("opened");
        List<String> contenders = List.of(SOUND, failing);
        List<Case> cases = new Apart(
                        Fragile.class,
                        List.of(
                                new Apart.Setting("g", "1 thread", opened.toString(), 1, contenders),
                                new Apart.Setting("g", "2 threads", opened.toString(), 2, contenders)),
                        new Apart.Times(40, 2, 10))
                .cases();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < cases.size(); i++) {
                // Whoever begins measures all.
                List<Contender> order = (round + i) % 2 == 0
                        ? cases.get(i).contenders()
                        : List.of(
                                cases.get(i).contenders().get(1),
                                cases.get(i).contenders().get(0));
                for (Contender contender : order) {
                    if (contender.name().equals(SOUND)) {
                        assertThat(turn(contender).keySet())
                                .containsExactlyInAnyOrderElementsOf(measured(cases.get(i)));
                    } else {
                        assertThatThrownBy(() -> turn(contender))
                                .hasMessageContaining(failing)
                                .hasMessageContaining(why);
                    }
                }
            }
        }
        assertThat(Files.readAllLines(opened).stream().filter(SOUND::equals)).hasSize(2);
    }

    private static List<String> measured(Case each) {
        boolean areSwitchesCounted = each.at().equals("2 threads") && Files.isDirectory(Path.of("/proc/self/task"));
        return areSwitchesCounted
                ? List.of(Apart.TIME, Apart.ALLOCATED, Apart.SWITCHES)
                : List.of(Apart.TIME, Apart.ALLOCATED);
    }

    private Map<String, Double> turn(Contender contender) {
        return assertTimeoutPreemptively(Duration.ofMinutes(3), () -> {
            Path own = Files.createTempDirectory(directory, "turn");
            return contender.turn().run(own);
        });
    }

    /** Fails as it is called; the setting is a file in which each writes that it was opened. */
    static final class Fragile implements Apart.Opening {
        @Override
        public Apart.Subject open(String contender, String setting, Path directory) throws Exception {
            Files.writeString(Path.of(setting), contender + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (contender.equals(UNOPENED)) {
                throw new IllegalStateException("it can't be opened");
            }
            if (contender.equals(LEFT)) {
                new Thread(() -> {
                            try {
                                TimeUnit.MINUTES.sleep(10);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        })
                        .start();
            }
            return new Apart.Subject() {
                @Override
                public Busy.Client client() {
                    return () -> {
                        if (contender.equals(BROKEN) || contender.equals(LEFT)) {
                            throw new IllegalStateException("it\ncan't go on");
                        }
                        return 1;
                    };
                }

                @Override
                public void close() {
                    if (contender.equals(UNCLOSED)) {
                        throw new IllegalStateException("it can't be closed");
                    }
                }
            };
        }
    }
}
