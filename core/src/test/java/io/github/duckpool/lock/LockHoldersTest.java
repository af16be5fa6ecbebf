package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.LockHolder.Kind;
import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.LockHolders.Source;
import io.github.duckpool.lock.OpenFile.Role;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who is seen to have a file, when real programs have it. */
@EnabledOnOs(OS.LINUX)
class LockHoldersTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = directory.resolve("letters.duckdb");
        makeDatabase(file);
    }

    private static void makeDatabase(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            connection.createStatement().execute("CREATE TABLE letter (number INTEGER)");
        }
    }

    private static LockHolder only(Path file) throws IOException {
        LockHolders holders = LockHolders.of(file);
        assertThat(holders.holders()).as(holders.toString()).hasSize(1);
        return holders.holders().get(0);
    }

    @Test
    void nobody() throws IOException {
        LockHolders holders = LockHolders.of(file);
        assertThat(holders.isFree()).isTrue();
        assertThat(holders.isLocked()).isFalse();
        assertThat(holders.exists()).isTrue();
        assertThat(holders.source()).isEqualTo(Source.PROC);
        assertThat(holders.queue()).isEmpty();
    }

    @Test
    void thisProcess() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            connection.createStatement().execute("INSERT INTO letter VALUES (1)");
            LockHolder holder = only(file);
            assertThat(holder.isThisProcess()).isTrue();
            assertThat(holder.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.kind()).isEqualTo(Kind.JVM);
            assertThat(holder.isInOtherNamespace()).isFalse();
            assertThat(holder.started())
                    .isEqualTo(ProcessHandle.current().info().startInstant());
            assertThat(holder.age().orElseThrow()).isPositive();
            assertThat(holder.descriptors())
                    .extracting(OpenFile::role)
                    .containsExactlyInAnyOrder(Role.DATABASE, Role.WAL);
            assertThat(holder.descriptors())
                    .allMatch(OpenFile::writable)
                    .allMatch(open -> open.lock() == Mode.WRITE && !open.deleted());
            assertThat(holder.terminate(java.time.Duration.ZERO).outcome()).isEqualTo(Termination.Outcome.REFUSED);
            assertThat(holder.terminateForcibly().outcome()).isEqualTo(Termination.Outcome.REFUSED);
            // Looking must not have cost DuckDB its lock.
            assertThat(only(file).mode()).isEqualTo(Mode.WRITE);
        }
        assertThat(LockHolders.of(file).isFree()).isTrue();
    }

    @Test
    void shellThatHasItOpenWithoutALock() throws IOException {
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(shell.pid());
            assertThat(holder.mode()).isEqualTo(Mode.NONE);
            assertThat(holder.kind()).isEqualTo(Kind.OTHER);
            assertThat(holder.isThisProcess()).isFalse();
            assertThat(holder.commandLine()).contains("sh", file.toString());
            assertThat(holder.executable().orElseThrow()).isAbsolute();
            assertThat(holder.user()).contains(System.getProperty("user.name"));
            assertThat(holder.started().orElseThrow()).isBefore(Instant.now().plusSeconds(1));
            assertThat(holder.descriptors())
                    .containsExactly(
                            new OpenFile(3, Role.DATABASE, file.toRealPath().toString(), true, Mode.NONE, false));
            assertThat(LockHolders.of(file).isLocked()).isFalse();
        }
    }

    @Test
    void pythonThatWrites() throws IOException {
        try (ForeignProcess python = ForeignProcess.duckdb(file, false)) {
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.kind()).isEqualTo(Kind.PYTHON);
            assertThat(LockHolders.of(file).isLocked()).isTrue();
        }
    }

    @Test
    void readersBesideEachOther() throws IOException {
        try (ForeignProcess one = ForeignProcess.duckdb(file, true);
                ForeignProcess two = ForeignProcess.duckdb(file, true)) {
            List<LockHolder> holders = LockHolders.of(file).holders();
            assertThat(holders).extracting(LockHolder::pid).containsExactlyInAnyOrder(one.pid(), two.pid());
            assertThat(holders).allMatch(holder -> holder.mode() == Mode.READ);
            assertThat(holders).allMatch(holder -> holder.advice().contains("read-only"));
            assertThat(holders).noneMatch(holder -> holder.descriptors().get(0).writable());
        }
    }

    @Test
    void missingFileIsNamed() {
        Path missing = directory.resolve("ltters.duckdb");
        assertThatThrownBy(() -> LockHolders.of(missing))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("ltters.duckdb");
        assertThatThrownBy(() -> LockHolders.of(directory))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("is a directory");
        assertThat(Files.exists(missing)).isFalse();
    }
}
