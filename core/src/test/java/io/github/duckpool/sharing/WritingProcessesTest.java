package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four processes of eight threads write to one table, and are killed at random: what was acknowledged is there, once. */
class WritingProcessesTest {
    private static final int PROCESSES = 4;
    private static final int THREADS = 8;

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private int workers;

    @AfterEach
    void killAll() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void acknowledgedRowsSurviveKills() throws Exception {
        killWhileWriting(800, Rounds.of(4));
    }

    @Test
    @Tag("torture")
    void acknowledgedRowsSurviveManyKills() throws Exception {
        killWhileWriting(400, Rounds.forSeconds(100));
    }

    private void killWhileWriting(int rowsBetween, Rounds rounds) throws Exception {
        var random = new SplittableRandom(7);
        int kills = 0;
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(start());
        }
        for (; rounds.go(kills); kills++) {
            awaitAcknowledged((kills + 1) * rowsBetween);
            int victim = random.nextInt(PROCESSES);
            TimeUnit.MILLISECONDS.sleep(random.nextLong(100)); // at any point of a slice
            processes.get(victim).destroyForcibly().waitFor();
            processes.set(victim, start());
        }
        awaitAcknowledged((kills + 1) * rowsBetween);
        Files.createFile(directory.resolve("stop"));
        for (Process process : processes) {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(this::outputs).isTrue();
            assertThat(process.exitValue()).as(this::outputs).isZero();
        }
        assertThat(kills).isPositive();
        check(kills);
    }

    private void check(int kills) throws IOException, SQLException {
        Set<String> acknowledged = new HashSet<>(acknowledged());
        List<String> found = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + directory.resolve("letters.duckdb"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT worker, thread, number FROM letter")) {
            while (rows.next()) {
                found.add(rows.getInt(1) + " " + rows.getInt(2) + " " + rows.getInt(3));
            }
        }
        Set<String> unique = new HashSet<>(found);
        assertThat(found).as("no row is there twice").hasSameSizeAs(unique);
        Set<String> missing = new HashSet<>(acknowledged);
        missing.removeAll(unique);
        assertThat(missing).as("every acknowledged row is there").isEmpty();
        assertThat(unique.size() - acknowledged.size())
                .as("rows that were committed and not acknowledged, at most one for each thread that was killed")
                .isLessThanOrEqualTo(kills * THREADS);
    }

    private Process start() throws IOException {
        int worker = ++workers;
        return ChildJvm.start(
                WritingWorker.class,
                directory.resolve("output-" + worker),
                directory.toString(),
                Integer.toString(worker),
                Integer.toString(THREADS));
    }

    private void awaitAcknowledged(int rows) throws IOException, InterruptedException {
        while (acknowledged().size() < rows) {
            for (Process process : processes) {
                assertThat(process.isAlive()).as(this::outputs).isTrue();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** What the workers noted, without a line that a kill cut short. */
    private List<String> acknowledged() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int worker = 1; worker <= workers; worker++) {
            String text = ChildJvm.read(directory.resolve("acknowledged-" + worker));
            text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(lines::add);
        }
        return lines;
    }

    private String outputs() {
        StringBuilder all = new StringBuilder();
        for (int worker = 1; worker <= workers; worker++) {
            all.append("worker ").append(worker).append(":\n");
            all.append(ChildJvm.read(directory.resolve("output-" + worker)));
        }
        return all.toString();
    }
}
