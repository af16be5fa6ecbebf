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
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** The name that the operating system has for this process's user. */
    static Optional<String> ownUser() {
        return ProcessHandle.current().info().user();
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
            assertThat(holder.terminate(Duration.ZERO).outcome()).isEqualTo(Termination.Outcome.REFUSED);
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
            assertThat(holder.user()).isEqualTo(ownUser());
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two words.duckdb",
                "it's \"quoted\".duckdb",
                "new\nline.duckdb",
                "\u010dmel\u00e1k \u873b.duckdb",
                "octal\\040escape.duckdb",
                "tab\tand back\\slash.duckdb",
                "-F.duckdb",
                "left over (deleted)",
            })
    void filesOfAnyName(String name) throws Exception {
        Path odd = Files.createFile(inThisEncoding(name)); // not by DuckDB, which takes backslashes for slashes
        try (ForeignProcess python = ForeignProcess.lock(odd)) {
            LockHolder holder = only(odd);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.isOfDeletedFile()).isFalse();
            assertThat(holder.descriptors().get(0).path())
                    .isEqualTo(odd.toRealPath().toString());
        }
        assertThat(LockHolders.of(odd).isFree()).isTrue();
    }

    private Path inThisEncoding(String name) {
        try {
            return directory.resolve(name);
        } catch (InvalidPathException e) {
            ForeignProcess.skipUnless(false, "this JVM's file names can't hold " + name + "; set LC_ALL=C.UTF-8");
            throw e;
        }
    }

    @Test
    void byWhateverPath() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link.duckdb"), file);
        Path second = Files.createLink(directory.resolve("second.duckdb"), file);
        Path renamed = directory.resolve("renamed.duckdb");
        try (ForeignProcess python = ForeignProcess.duckdb(link, false)) {
            for (Path path : List.of(file, link, second, directory.resolve("./link.duckdb"))) {
                assertThat(only(path).pid()).as("by %s", path).isEqualTo(python.pid());
                assertThat(only(path).mode()).isEqualTo(Mode.WRITE);
            }
            Files.move(file, renamed);
            LockHolder holder = only(renamed);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.descriptors().get(0).path())
                    .isEqualTo(renamed.toRealPath().toString());
            makeDatabase(file);
            assertThat(LockHolders.of(file).isFree()).isTrue();
            assertThat(only(second).pid()).isEqualTo(python.pid());
        }
    }

    @Test
    void logAlone() throws IOException {
        Path wal = Files.createFile(directory.resolve("letters.duckdb.wal"));
        try (ForeignProcess shell = ForeignProcess.shell(wal)) {
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(shell.pid());
            assertThat(holder.mode()).isEqualTo(Mode.NONE);
            assertThat(holder.descriptors()).extracting(OpenFile::role).containsExactly(Role.WAL);
            assertThat(holder.advice()).contains("without a lock");
        }
    }

    @Test
    void deletedFileThatIsStillOpen() throws Exception {
        try (ForeignProcess python = ForeignProcess.duckdb(file, false)) {
            Files.delete(file);
            LockHolders orphaned = LockHolders.of(file);
            assertThat(orphaned.exists()).isFalse();
            assertThat(orphaned.isLocked()).isFalse();
            assertThat(orphaned.notes()).anyMatch(note -> note.contains("deleted"));
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.isOfDeletedFile()).isTrue();
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.descriptors().get(0).path()).isEqualTo(directory.toRealPath() + "/letters.duckdb");

            Files.deleteIfExists(directory.resolve("letters.duckdb.wal"));
            makeDatabase(file);
            assertThat(LockHolders.of(file).isLocked()).isFalse();
            assertThat(only(file).isOfDeletedFile()).isTrue();
        }
        assertThat(LockHolders.of(file).isFree()).isTrue();
        Files.delete(file);
        assertThatThrownBy(() -> LockHolders.of(file)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void processWhoseFirstThreadHasEnded() throws IOException {
        try (ForeignProcess python = ForeignProcess.python(
                "import sys, fcntl, threading, ctypes\n"
                        + "file = open(sys.argv[1], 'r+b')\n"
                        + "fcntl.lockf(file, fcntl.LOCK_EX)\n"
                        + "libc = ctypes.CDLL(None)\n"
                        + "def rest():\n"
                        + "    while open('/proc/self/stat').read().rsplit(')', 1)[1].split()[0] != 'Z': pass\n"
                        + "    print('ready', flush=True)\n"
                        + "    sys.stdin.read()\n"
                        + "threading.Thread(target=rest).start()\n"
                        + "libc.syscall(60 if sys.argv[2] == 'amd64' else 93, 0)\n",
                file,
                System.getProperty("os.arch"))) {
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.descriptors()).hasSize(1);
        }
    }

    @Test
    void lockThatBelongsToAnOpenFile() throws IOException {
        try (ForeignProcess python = ForeignProcess.python(
                "import sys, fcntl, struct\n"
                        + "file = open(sys.argv[1], 'r+b')\n"
                        + "fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))\n" // F_OFD_SETLK
                        + "print('ready', flush=True)\n"
                        + "sys.stdin.read()\n",
                file)) {
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
        }
    }

    @Test
    void javaProgram() throws IOException {
        try (ForeignProcess java = ForeignProcess.java(DatabaseHolder.class, file)) {
            LockHolder holder = only(file);
            assertThat(holder.pid()).isEqualTo(java.pid());
            assertThat(holder.kind()).isEqualTo(Kind.JVM);
            assertThat(holder.program()).contains("DatabaseHolder");
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
        }
    }

    @Test
    void nodeProgram() throws IOException {
        Path its = directory.resolve("node.duckdb");
        String modules = ForeignProcess.named("DUCKPOOL_NODE_MODULES", "a node_modules folder with @duckdb/node-api");
        try (ForeignProcess node = ForeignProcess.start(List.of(
                "node",
                "-e",
                "const { DuckDBInstance } = require(process.argv[1] + '/@duckdb/node-api');"
                        + "DuckDBInstance.create(process.argv[2]).then(instance => {"
                        + " globalThis.instance = instance; console.log('ready'); process.stdin.resume(); });",
                modules,
                its.toString()))) {
            LockHolder holder = only(its);
            assertThat(holder.pid()).isEqualTo(node.pid());
            assertThat(holder.kind()).isEqualTo(Kind.NODE);
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
        }
    }

    @Test
    void errorNamesWhoCannotBeSeen() throws IOException {
        String refusal = "IO Error: Could not set lock on file \"" + file + "\": Conflicting lock is held in ";
        LockHolders unseen = LockHolders.of(file, DuckError.classify(refusal + "PID 0. See also https://duckdb.org"));
        assertThat(unseen.holders()).hasSize(1);
        assertThat(unseen.isLocked()).isTrue();
        assertThat(unseen.holders().get(0).isVisible()).isFalse();
        assertThat(unseen.holders().get(0).pid()).isZero();
        assertThat(unseen.holders().get(0).objection().orElseThrow()).contains("can't be seen from here");
        assertThat(unseen.notes()).anyMatch(note -> note.contains("another container or host"));

        LockHolders gone =
                LockHolders.of(file, DuckError.classify(refusal + "/usr/bin/python (PID 1). See also https://x"));
        assertThat(gone.isFree()).isTrue();
        assertThat(gone.notes()).anyMatch(note -> note.contains("PID 1"));

        assertThat(LockHolders.of(file, DuckError.classify("Parser Error: syntax"))
                        .isFree())
                .isTrue();
    }

    @Test
    void errorOfAHolderThatIsSeenAddsNothing() throws Exception {
        try (ForeignProcess shell = ForeignProcess.duckdb(file, false)) {
            DuckError refusal = null;
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file)) {
                assertThat(connection).isNull();
            } catch (SQLException e) {
                refusal = DuckError.classify(e);
            }
            LockHolders holders = LockHolders.of(file, Objects.requireNonNull(refusal));
            assertThat(holders.holders()).extracting(LockHolder::pid).containsExactly(shell.pid());
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
