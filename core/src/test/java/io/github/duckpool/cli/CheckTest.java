package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a check finds, with the file free, held, damaged, and left by a process that was killed. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class CheckTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("it's; \"a\"\nfile.duckdb");
    }

    @Test
    void aGoodFileIsOpenedAndLeftAsItWas() throws Exception {
        Path plain = directory.resolve("plain.duckdb");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + plain)) {
            connection.createStatement().execute("CREATE TABLE letter AS SELECT 1");
        }
        Files.move(plain, file); // the driver would take what follows the semicolon for a setting
        byte[] before = Files.readAllBytes(file);
        JsonNode check = json(0);

        assertThat(check.get("result").textValue()).isNotEqualTo("problem");
        assertThat(finding(check, "open")).startsWith("ok DuckDB v").endsWith("1 table");
        assertThat(finding(check, "locks")).startsWith("ok ");
        assertThat(finding(check, "held by")).isEqualTo("ok nobody");
        JsonNode facts = check.get("facts");
        assertThat(facts.get("bytes").longValue()).isEqualTo(before.length);
        assertThat(facts.get("walBytes").longValue()).isZero();
        assertThat(facts.get("freeBytes").longValue()).isPositive();
        assertThat(facts.get("storageVersion").textValue()).startsWith("v");
        assertThat(facts.get("duckdbVersion").textValue()).isEqualTo(Version.engine());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).as("no scratch file, no queue").containsExactly(file);
        }
    }

    @Test
    void aHeldFileIsNotOpened() throws Exception {
        Path held = directory.resolve("held.duckdb");
        try (var holder = DatabaseHolder.start(held)) {
            Cli check = Cli.run("check", held);

            assertThat(check.exitCode()).as(check.err()).isEqualTo(3);
            assertThat(check.out())
                    .containsPattern("held by +PID " + holder.pid())
                    .doesNotContain("reads it");
            assertThat(check.out().lines().skip(1)).allMatch(line -> line.length() <= 80);
            holder.signal("KILL");
            holder.exitCode();
        }
        Cli check = Cli.run("check", held);
        assertThat(check.exitCode()).as(check.err()).isZero();
        assertThat(check.out())
                .containsPattern("warning +log +")
                .contains("don't delete it")
                .contains("1 table");
        assertThat(Files.size(directory.resolve("held.duckdb.wal")))
                .as("left alone")
                .isPositive();
    }

    @Test
    void aTurnIsRespected() throws Exception {
        Files.createFile(file);
        try (Permit turn = FileMutex.of(file).lock(Duration.ZERO)) {
            JsonNode check = json(3);
            assertThat(finding(check, "queue")).contains("has an exclusive turn");
            assertThat(finding(check, "open")).isEmpty();
        }
    }

    @Test
    void whatIsNoDatabaseIsAProblem() throws Exception {
        Files.writeString(file, "no database");
        assertThat(finding(json(1), "open"))
                .startsWith("problem IO Error")
                .contains("not a valid DuckDB database file");

        Cli missing = Cli.run("check", directory.resolve("missing"));
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err())
                .startsWith("duckpool: ")
                .contains("no such file")
                .hasLineCount(1);
        Cli folder = Cli.run("check", directory);
        assertThat(folder.exitCode()).isEqualTo(1);
        assertThat(folder.err())
                .contains("is a directory; name the database file in it")
                .hasLineCount(1);
    }

    @Test
    void aLogThatLostItsDatabaseIsNoticed() throws Exception {
        Path old = directory.resolve("old.duckdb");
        Path moved = directory.resolve("moved.duckdb");
        try (var holder = DatabaseHolder.start(old)) {
            holder.signal("KILL");
            holder.exitCode();
        }
        assertThat(Cli.run("check", old).out()).doesNotContain("stray log");
        Files.move(old, moved);

        Cli check = Cli.run("check", moved);
        assertThat(check.exitCode()).as(check.err()).isZero();
        assertThat(check.out().replaceAll("\\s+", " "))
                .contains("warning stray log old.duckdb.wal, without a database of that name")
                .contains("rename the log to moved.duckdb.wal");
        Cli gone = Cli.run("check", old);
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err()).contains("its log (.wal) is there").hasLineCount(1);

        Files.move(directory.resolve("old.duckdb.wal"), directory.resolve("moved.duckdb.wal"));
        assertThat(Cli.run("check", moved).out()).contains("don't delete it").doesNotContain("stray log");
    }

    @Test
    void aLockServerThatDoesNotAnswerIsNotWaitedForLong() throws Exception {
        var never = new CountDownLatch(1);
        var second = new LockTrial.Second();
        Path scratch = Files.createFile(directory.resolve("scratch"));
        Process started = second.start(LockProbe.class, scratch.toString());
        LockTrial.Result result = LockTrial.within(Duration.ofMillis(50), second, () -> {
            never.await();
            throw new AssertionError("nobody counts down");
        });

        assertThat(result.level()).isEqualTo(Findings.Level.PROBLEM);
        assertThat(result.answered()).isFalse();
        assertThat(result.text()).startsWith("no answer within 0.1s: the file system's lock server does not reply");
        assertThat(started.waitFor(1, TimeUnit.MINUTES))
                .as("the second process is not left to wait as well")
                .isTrue();
        assertThatThrownBy(() -> second.start(LockProbe.class, scratch.toString()))
                .as("nor started when the server replies at last")
                .isInstanceOf(IOException.class);
    }

    /** A read-only view of a writable directory, as containers get it, and a file system that is read-only for all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"",
                "cp \"$1/letters.duckdb\" \"$1/..\" && mount -t tmpfs none \"$1\" && cp \"$1/../letters.duckdb\" \"$1\""
                        + " && mount -o remount,ro \"$1\""
            })
    void aReadOnlyFileSystemIsSaidPlainly(String mount) throws Exception {
        Path mounted = Files.createDirectory(directory.resolve("ro"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + mounted.resolve("letters.duckdb"))) {
            connection.createStatement().execute("CREATE TABLE letter AS SELECT 1");
        }
        List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"));
        command.add(mount + " && shift && exec \"$@\"");
        command.addAll(List.of("sh", mounted.toString()));
        List<String> tried = new ArrayList<>(command);
        tried.add("true");
        Assumptions.assumeTrue(
                new ProcessBuilder(tried).start().waitFor() == 0, "SKIPPED: nothing can be mounted here");
        command.addAll(CliProcess.java(Main.class));
        command.addAll(List.of("check", mounted.resolve("letters.duckdb").toString()));
        try (var run = CliProcess.startCommand(command, directory)) {
            assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
            assertThat(run.out().replaceAll("\\s+", " "))
                    .contains(
                            mount.contains("bind")
                                    ? "warning permission this user may read it, and not write it"
                                    : "warning permission the file system is mounted read-only")
                    .contains("warning locks not tested: the file system is read-only")
                    .contains("1 table");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.grpcfuse", "fakeowner", "virtiofs", "overlay"})
    void fileSystemsOfOthersAreWarnedOf(String type) {
        assertThat(FileSystems.warning(type)).isPresent();
        assertThat(FileSystems.warning("ext4")).isEmpty();
        assertThat(FileSystems.warning("apfs")).isEmpty();
    }

    private JsonNode json(int exitCode) throws Exception {
        Cli check = Cli.run("check", "--json", file);
        assertThat(check.exitCode()).as(check.out() + check.err()).isEqualTo(exitCode);
        return new ObjectMapper().readTree(check.out());
    }

    private static String finding(JsonNode check, String subject) {
        for (JsonNode finding : check.get("findings")) {
            if (finding.get("subject").textValue().equals(subject)) {
                return finding.get("level").textValue() + " "
                        + finding.get("text").textValue();
            }
        }
        return "";
    }
}
