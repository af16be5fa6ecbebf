package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.duckpool.mutex.FileMutex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can't be opened is explained, with the file and the remedy; nothing is made, and nothing stays locked or open. */
@Timeout(360)
class BadInputTest {
    @TempDir
    Path directory;

    static void assertRefused(DuckPoolBuilder builder, Path file, String... words) throws Exception {
        Set<String> before = tree(file.getParent());
        try (DuckPool pool = builder.build()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(pool::getConnection)
                        .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                        .hasMessageContaining(file.toString())
                        .satisfies(e -> assertThat(e.getMessage()).contains(words))
                        .satisfies(e ->
                                assertThat(((SQLException) e).getSQLState()).isEqualTo("08001"));
                assertThat(tree(file.getParent())).as("left when it is told").isEqualTo(before);
            }
            assertThat(pool.stats().active()).isZero();
        }
        assertThat(tree(file.getParent())).isEqualTo(before);
        assertThat(openFiles(file)).isEmpty();
    }

    private static Set<String> tree(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return new TreeSet<>(files.map(Path::toString).toList());
        }
    }

    /** This process's descriptors on the database and its write-ahead log, where the system tells; that of the queue is kept. */
    static List<Path> openFiles(Path file) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(descriptors)) {
            try (Stream<Path> all = Files.list(descriptors)) {
                for (Path descriptor : all.toList()) {
                    try {
                        Path target = Files.readSymbolicLink(descriptor);
                        if (target.toString().startsWith(file.toString())
                                && !target.toString().contains(".queue")) {
                            found.add(target);
                        }
                    } catch (IOException e) {
                        continue; // it is closed by now
                    }
                }
            }
        }
        return found;
    }

    @Test
    void aMissingDirectory() throws Exception {
        Path file = directory.resolve("missing/letters.duckdb");
        assertRefused(DuckPool.builder().database(file), file, "its directory ", "does not exist; ");
        Files.createDirectory(file.getParent());
        assertServes(file);
    }

    private static void assertServes(Path file) throws SQLException {
        try (DuckPool pool = DuckPool.builder().database(file).build();
                Connection c = pool.getConnection()) {
            assertThat(DuckPoolTest.intOf(c, "SELECT 42")).isEqualTo(42);
        }
    }

    /** It was made to take a turn, and goes with it. One that was there before belongs to others. */
    @Test
    void noCompanionFileStaysThatWasNotThereBefore() throws Exception {
        Path file = Files.writeString(directory.resolve("letters.duckdb"), "junk");
        Path queue = directory.resolve("letters.duckdb.queue");
        assertRefused(DuckPool.builder().database(file), file, "it is no DuckDB database");
        assertThat(queue).doesNotExist();
        FileMutex.of(file).lock().close();
        assertRefused(DuckPool.builder().database(file), file, "it is no DuckDB database");
        assertThat(queue).exists();
        Files.delete(file);
        assertServes(file);
        assertThat(queue).exists();
        Path missing = directory.resolve("missing");
        assertRefused(DuckPool.builder().database(missing.resolve("letters.duckdb")), missing, "does not exist");
        assertThat(missing).doesNotExist();
    }

    @Test
    void aMissingFileReadOnly() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        assertRefused(
                DuckPool.builder().database(file).readOnly(true).sharing(Sharing.exclusive()),
                file,
                "nothing is created read-only; correct the path, or open it without readOnly once");
    }

    @Test
    void aDirectory() throws Exception {
        Path file = Files.createDirectory(directory.resolve("letters"));
        assertRefused(DuckPool.builder().database(file), file, "it is a directory; name a file");
    }

    @Test
    void junk() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        for (String junk : List.of("x", "junk, and much of it\n".repeat(2_000))) {
            Files.writeString(file, junk);
            assertRefused(
                    DuckPool.builder().database(file),
                    file,
                    "it is no DuckDB database; correct the path, or move the file out of the way");
            assertThat(file).hasContent(junk);
        }
    }

    @Test
    void anEmptyFile() throws Exception {
        Path file = Files.createFile(directory.resolve("letters.duckdb"));
        assertRefused(DuckPool.builder().database(file), file, "it is empty", "delete it");
        Files.delete(file);
        assertServes(file);
    }

    @Test
    void aFileOfANewerVersion() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        DriverManager.getConnection("jdbc:duckdb:" + file).close();
        setStorageVersion(file, 9_999);
        assertRefused(
                DuckPool.builder().database(file),
                file,
                "its storage version is 9999, and this driver reads 64 to ",
                "use the org.duckdb:duckdb_jdbc that wrote it, or one at least as new");
    }

    /** Puts another version into the first header block, and mends the block's checksum: a sum of products by exclusive or. */
    private static void setStorageVersion(Path file, long version) throws IOException {
        long factor = 0xbf58476d1ce4e5b9L;
        byte[] bytes = Files.readAllBytes(file); // nobody has it open
        ByteBuffer block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long sum = block.getLong(0) ^ block.getLong(8) * factor ^ block.getLong(16) * factor;
        block.putLong(12, version);
        block.putLong(0, sum ^ block.getLong(8) * factor ^ block.getLong(16) * factor);
        Files.write(file, bytes);
    }

    @Test
    void aDamagedFile() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        DriverManager.getConnection("jdbc:duckdb:" + file).close();
        byte[] bytes = Files.readAllBytes(file);
        bytes[12] ^= 1;
        Files.write(file, bytes);
        assertRefused(DuckPool.builder().database(file), file, "it is damaged; restore it from a backup");
    }

    @Test
    void anotherConfigurationInThisProcess() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        try (Connection other = DriverManager.getConnection("jdbc:duckdb:" + file);
                DuckPool pool = DuckPool.builder()
                        .database(file)
                        .threads(1)
                        .sharing(Sharing.exclusive())
                        .build()) {
            assertThat(other.isValid(1)).isTrue();
            assertThatThrownBy(pool::getConnection)
                    .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("this process has it open with other settings; open it with the same ones");
        }
    }

    @Test
    void anUnknownSettingAndABadOne() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        assertRefused(DuckPool.builder().database(file).setting("no_such", "1"), file, "no_such");
        assertRefused(DuckPool.builder().database(file).setting("threads", "many"), file, "threads", "many");
        try (DuckPool pool =
                DuckPool.builder().database(":memory:").setting("no_such", "1").build()) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no_such");
        }
    }

    @Test
    void initialSqlThatFailsIsQuoted() throws Exception {
        Path file = directory.resolve("letters.duckdb");
        for (Map.Entry<String, DuckPoolBuilder> each : Map.of(
                        "initSql \"SELEKT 1\" failed: Parser Error",
                        DuckPool.builder().database(file).initSql("SELECT 1").initSql("SELEKT 1"),
                        "connectionInitSql \"SELECT no_such\" failed: Binder Error",
                        DuckPool.builder().database(file).connectionInitSql("SELECT no_such"))
                .entrySet()) {
            try (DuckPool pool = each.getValue().build()) {
                assertThatThrownBy(pool::getConnection)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining(each.getKey());
                assertThat(pool.stats().active()).isZero();
            }
            assertThat(openFiles(file)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {" blanks .db", "ä ö ü.db", "%20#?&=.db", "quote'\".db", "日本語"})
    void oddNamesAreNames(String name) throws Exception {
        Path file = directory.resolve(name);
        assertServes(file);
        assertThat(file).isRegularFile();
        assertRefused(
                DuckPool.builder().database(Files.writeString(directory.resolve(name + "2"), "junk")),
                directory.resolve(name + "2"),
                "it is no DuckDB database");
    }

    @Test
    void noPermission() throws Exception {
        boolean root = ChildJvm.works("sh", "-c", "test $(id -u) = 0");
        List<String> plain = root ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search") : List.of();
        if (root) {
            assumeThat(ChildJvm.works("setpriv", "--bounding-set=-dac_override,-dac_read_search", "true"))
                    .as("SKIPPED: root may read everything here, and there is no setpriv to take that away")
                    .isTrue();
        }
        Path hidden = Files.createFile(directory.resolve("hidden.db"));
        Files.setPosixFilePermissions(hidden, Set.of());
        Path readable = directory.resolve("readable.db");
        DriverManager.getConnection("jdbc:duckdb:" + readable).close();
        Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("r--r--r--"));
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        Path unseen = Files.createDirectory(directory.resolve("unseen"));
        Files.setPosixFilePermissions(unseen, Set.of());
        try {
            String user = "user " + System.getProperty("user.name") + " may not ";
            assertThat(opened(plain, hidden)).contains(user + "read it; allow reading and writing");
            assertThat(opened(plain, readable)).contains(user + "write it; ", "or open it with readOnly(true)");
            assertThat(opened(plain, closed.resolve("new.db"))).contains(" may not create ", closed.toString());
            assertThat(opened(plain, unseen.resolve("new.db"))).contains(unseen.toString());
            assertThat(tree(closed)).containsExactly(closed.toString());
        } finally {
            for (Path path : List.of(closed, unseen)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    private String opened(List<String> prefix, Path file) throws Exception {
        String printed = ChildJvm.run(directory, prefix, Opening.class, file.toString());
        assertThat(printed)
                .contains("SQLNonTransientConnectionException", file.toString())
                .contains("descriptors: []");
        return printed;
    }

    /** Opens a file by a pool, and prints what came of it. */
    static final class Opening {
        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            try (DuckPool pool = DuckPool.builder()
                            .database(file)
                            .sharing(Sharing.exclusive())
                            .build();
                    Connection c = pool.getConnection()) {
                System.out.println("opened " + c);
            } catch (SQLException e) {
                System.out.println(e);
            }
            System.out.println("descriptors: " + openFiles(file));
        }
    }
}
