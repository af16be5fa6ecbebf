package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.Sharing;
import io.github.duckpool.lock.OwnLock;
import io.github.duckpool.observe.Alert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A program that knows nothing of the queue writes to the file while a pool opens it: here it only sets the time of the last write. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class DisturbedOpeningTest {
    private static final int JOINS = 300;

    @TempDir
    Path directory;

    private Path file;
    private Path stop;
    private Process writer;
    private final List<Alert> alerts = new CopyOnWriteArrayList<>();

    @BeforeEach
    void makeDatabase() throws Exception {
        file = directory.resolve("letters.duckdb");
        stop = directory.resolve("stop");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE letter AS SELECT 7 AS id");
        }
        startWriter();
    }

    private void startWriter() throws IOException {
        Files.deleteIfExists(stop);
        writer = new ProcessBuilder(
                        "sh", "-c", "until [ -e \"$1\" ]; do touch -c \"$0\"; done", file.toString(), stop.toString())
                .redirectError(directory.resolve("errors").toFile())
                .start();
    }

    @AfterEach
    void stopWriter() throws Exception {
        Files.write(stop, new byte[0]); // a shell that is killed leaves its last touch behind
        writer.waitFor();
    }

    private DuckPoolBuilder builder() {
        return DuckPool.builder()
                .database(file)
                .borrowTimeout(Duration.ofMinutes(1))
                .alertListener(alerts::add);
    }

    @Test
    void itIsOpenedAgainUntilNobodyHasWrittenMeanwhile() throws Exception {
        while (alerts.isEmpty()) { // on a loaded machine the writer may miss an opening
            try (DuckPool pool = builder().build()) {
                CompletableFuture<Connection> waiting = pool.connectionAsync();
                while (alerts.isEmpty() && !waiting.isDone()) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                stopWriter();
                waiting.get(1, TimeUnit.MINUTES).close();
                assertThat(Letters.count(pool)).isEqualTo(1);
            }
            if (alerts.isEmpty()) {
                startWriter();
            }
        }
        assertThat(alerts).allSatisfy(alert -> {
            assertThat(alert.kind()).isEqualTo(Alert.Kind.FILE_HELD);
            assertThat(alert.message()).contains(file.toString(), "has just written to it");
        });
    }

    /** Such a program would do the same if its opening met the pool's last checkpoint, so that one comes early where programs are let in. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void nothingIsWrittenForSomeTimeBeforeAnIdlePoolGivesTheFileUp() throws Exception {
        stopWriter();
        try (DuckPool pool = builder()
                .sharing(Sharing.cooperative().withIdleRelease(Duration.ofMillis(50)))
                .build()) {
            for (int i = 0; i < 5; i++) {
                try (Connection connection = pool.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("INSERT INTO letter VALUES (8)");
                }
                while (OwnLock.on(file).isPresent()) {
                    Thread.onSpinWait();
                }
                long freeMillis = System.currentTimeMillis();
                assertThat(freeMillis - Files.getLastModifiedTime(file).toMillis())
                        .isGreaterThanOrEqualTo(9);
            }
        }
    }

    /** To make an index again from the log writes to the database, and it is this opening that does so, each time anew. */
    @Test
    void aLogWhoseReplayWritesToTheDatabaseIsNoDisturbance() throws Exception {
        stopWriter();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA disable_checkpoint_on_shutdown");
            statement.execute("CREATE TABLE indexed AS SELECT range AS id FROM range(200000)");
            statement.execute("CREATE UNIQUE INDEX by_id ON indexed (id)");
        }
        assertThat(directory.resolve("letters.duckdb.wal")).isNotEmptyFile();
        try (DuckPool pool = builder().borrowTimeout(Duration.ofSeconds(20)).build()) {
            assertThat(Letters.count(pool)).isEqualTo(1);
        }
        assertThat(alerts).isEmpty();
    }

    /** Whoever has the file open in this process writes to it as he pleases. */
    @Test
    void whoJoinsADatabaseThatIsOpenHereIsNotDisturbed() throws Exception {
        try (Connection before = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            for (int i = 0; i < JOINS; i++) { // a joining is quick: the writer meets one of many
                try (DuckPool pool = builder().build()) {
                    assertThat(Letters.count(pool)).isEqualTo(1);
                }
            }
            assertThat(before.isClosed()).isFalse();
        }
        assertThat(alerts).isEmpty();
    }
}
