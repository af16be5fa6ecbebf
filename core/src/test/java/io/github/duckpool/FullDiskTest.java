package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full when the database is made, when it is written, and when it is checkpointed, which is fatal to DuckDB. */
@Timeout(240)
class FullDiskTest {
    @TempDir
    Path directory;

    private static void assumeLimits() {
        assumeThat(ChildJvm.works("prlimit", "--version"))
                .as("SKIPPED: there is no prlimit to bound the size of files")
                .isTrue();
    }

    @Test
    void aDatabaseThatCanNotBeMade() throws Exception {
        assumeLimits();
        String printed = ChildJvm.run(directory, List.of(), Making.class, "8192", directory.toString());
        assertThat(printed)
                .contains("SQLNonTransientConnectionException", "letters.duckdb\": there is no space left for it (")
                .contains("bytes free); free some, or choose another place")
                .contains("left behind: []", "descriptors: []", "then opened");
    }

    @Test
    void notEvenItsQueueCanBeMade() throws Exception {
        assumeLimits();
        String printed = ChildJvm.run(directory, List.of(), Making.class, "2048", directory.toString());
        assertThat(printed)
                .contains("SQLNonTransientConnectionException", "letters.duckdb.queue")
                .contains("left behind: []", "descriptors: []", "then opened");
    }

    @Test
    void aDatabaseThatCanNotBeMadeOnAFileSystemThatIsFull() throws Exception {
        String[] inTmpfs = {"unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=8k tmpfs \"$0\" && exec \"$@\""};
        assumeThat(ChildJvm.works(
                        inTmpfs[0], inTmpfs[1], inTmpfs[2], inTmpfs[3], inTmpfs[4], directory.toString(), "true"))
                .as("SKIPPED: no file system may be mounted here, not even in a namespace of one's own")
                .isTrue();
        List<String> prefix = List.of(inTmpfs[0], inTmpfs[1], inTmpfs[2], inTmpfs[3], inTmpfs[4], directory.toString());
        String printed = ChildJvm.run(Path.of("/"), prefix, Making.class, "0", directory.toString());
        assertThat(printed)
                .contains("there is no space left for it (", "No space left on device")
                .contains("left behind: []", "descriptors: []");
    }

    @Test
    void aFatalErrorCutsOffReopensAndLosesNothing() throws Exception {
        assumeLimits();
        String printed = ChildJvm.run(directory, List.of(), Fatal.class, directory.toString());
        assertThat(printed).contains("fatal: FATAL Error", "told: connection was cut off: DuckDB met a fatal error");
        assertThat(printed).containsPattern("rows acknowledged (\\d+), found \\1\\b");
        assertThat(printed).contains("waiter served", "lock free: true");
    }

    /** Bounds the size of files that this process may write, -1 for not at all. */
    static void limit(long bytes) throws IOException, InterruptedException {
        String soft = bytes < 0 ? "unlimited" : Long.toString(bytes);
        Process process = new ProcessBuilder(
                        "prlimit",
                        "--pid",
                        Long.toString(ProcessHandle.current().pid()),
                        "--fsize=" + soft + ":unlimited")
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("prlimit failed");
        }
    }

    /** Makes a database without space for it, and then, if it was a limit, with space. */
    static final class Making {
        public static void main(String[] args) throws Exception {
            long limit = Long.parseLong(args[0]);
            Path home = Path.of(args[1]);
            Path file = home.resolve("letters.duckdb");
            try (DuckPool loaded = DuckPool.builder().database(":memory:").build()) {
                loaded.getConnection().close(); // unpacks the driver's library
            }
            if (limit > 0) {
                limit(limit);
            }
            try (DuckPool pool = DuckPool.builder()
                    .database(file)
                    .sharing(Sharing.exclusive())
                    .build()) {
                try (Connection c = pool.getConnection()) {
                    System.out.println("opened " + c);
                } catch (SQLException e) {
                    System.out.println(e);
                }
                System.out.println("descriptors: " + BadInputTest.openFiles(file));
                try (var left = Files.list(home)) {
                    System.out.println("left behind: " + left.toList());
                }
                if (limit > 0) {
                    limit(-1);
                    try (Connection c = pool.getConnection()) {
                        System.out.println("then opened " + c);
                    }
                }
            }
        }
    }

    /** Runs out of space in the middle of work: a failed commit, a checkpoint that is fatal, and then there is space again. */
    static final class Fatal {
        public static void main(String[] args) throws Exception {
            Path file = Path.of(args[0], "letters.duckdb");
            int acknowledged = 0;
            try (DuckPool pool = DuckPool.builder()
                    .database(file)
                    .sharing(Sharing.exclusive())
                    .maxSize(2)
                    .initSql("SET GLOBAL checkpoint_threshold = '1TB'")
                    .build()) {
                Connection writer = pool.getConnection();
                Connection bystander = pool.getConnection();
                CompletableFuture<Connection> waiter = pool.connectionAsync();
                DuckPoolTest.run(writer, "CREATE TABLE letter (id BIGINT, text VARCHAR)");
                DuckPoolTest.run(writer, "CHECKPOINT");
                limit(Files.size(file) + 200_000);
                SQLException full = null;
                while (full == null) {
                    try {
                        DuckPoolTest.run(writer, "INSERT INTO letter SELECT range, hash(range) FROM range(1000)");
                        acknowledged += 1000;
                    } catch (SQLException e) {
                        full = e;
                    }
                }
                System.out.println("full: " + full);
                try {
                    DuckPoolTest.run(bystander, "CHECKPOINT");
                } catch (SQLException e) {
                    System.out.println("fatal: " + e.getMessage());
                }
                limit(-1);
                while (!writer.isClosed()) {
                    Thread.onSpinWait();
                }
                try {
                    DuckPoolTest.run(writer, "SELECT 1");
                } catch (SQLException e) {
                    System.out.println("told: " + e.getMessage());
                }
                writer.close();
                bystander.close();
                Connection served = connection(pool, waiter);
                System.out.println("waiter served");
                System.out.println("rows acknowledged " + acknowledged + ", found "
                        + DuckPoolTest.intOf(served, "SELECT count(*) FROM letter"));
                served.close();
            }
            System.out.println("lock free: " + BadInputTest.openFiles(file).isEmpty());
        }

        /** Who asked while there was no space yet is told so, and asks again. */
        private static Connection connection(DuckPool pool, CompletableFuture<Connection> waiter)
                throws InterruptedException, TimeoutException {
            CompletableFuture<Connection> future = waiter;
            while (true) {
                try {
                    return future.get(60, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    System.out.println("asked too early: " + e.getCause());
                    future = pool.connectionAsync();
                }
            }
        }
    }
}
