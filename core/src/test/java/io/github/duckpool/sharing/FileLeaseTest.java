package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.Sharing;
import io.github.duckpool.observe.Alert;
import io.github.duckpool.observe.Health;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Pools of one process on one file, and programs that know nothing of the queue. */
class FileLeaseTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    private DuckPoolBuilder builder(Path path) {
        return DuckPool.builder().database(path).borrowTimeout(Duration.ofMinutes(1));
    }

    private static void run(DataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void poolsOnOneFileShareItWhateverThePath() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link.duckdb"), file());
        Path relative = Path.of("").toAbsolutePath().relativize(file().toAbsolutePath());
        try (DuckPool first = builder(file()).build();
                DuckPool second = builder(link).build();
                DuckPool third = builder(relative).build()) {
            run(first, "CREATE TABLE letter (id INTEGER)");
            try (Connection held = first.getConnection()) {
                run(second, "INSERT INTO letter VALUES (1)");
                run(third, "INSERT INTO letter VALUES (2)");
                assertThat(held.isClosed()).isFalse();
            }
            first.close();
            assertThat(Letters.count(third, "letter")).isEqualTo(2);
        }
        try (ForeignProgram program = ForeignProgram.start(file())) {
            assertThat(program.answer()).isEqualTo("open");
        }
    }

    @Test
    void poolsOfOneProcessMustAgreeOnTheConfiguration() {
        try (DuckPool first = builder(file()).poolName("first").threads(1).build()) {
            assertThatThrownBy(
                            () -> builder(file()).poolName("second").threads(2).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("second", "first", "threads=2", "threads=1", "one configuration");
            assertThatThrownBy(() -> builder(file())
                            .threads(1)
                            .sharing(Sharing.readOnly())
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(
                            "read-only", "for writing", first.config().poolName());
        }
    }

    @Test
    void whoWaitsForAProgramIsToldWhoItIsAndGetsInWhenItHasGone() throws Exception {
        List<Alert> alerts = new CopyOnWriteArrayList<>();
        try (ForeignProgram program = ForeignProgram.start(file());
                DuckPool pool = builder(file()).alertListener(alerts::add).build()) {
            assertThat(program.answer()).isEqualTo("open");
            CompletableFuture<Connection> waiting = pool.connectionAsync();
            while (alerts.isEmpty()) { // until the opening has met the program
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThatThrownBy(() -> pool.getConnection(Duration.ofMillis(500)))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("PID " + program.pid());
            assertThat(alerts).extracting(Alert::kind).containsOnly(Alert.Kind.FILE_HELD);
            assertThat(waiting).isNotDone();
            program.close();
            waiting.get(1, TimeUnit.MINUTES).close();
            assertThat(Letters.count(pool, "visit")).isEqualTo(1);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whoWaitsForAnotherProcessInTheLineIsToldWhoHasTheTurn() throws Exception {
        try (TurnHolder holder = TurnHolder.start(file());
                DuckPool pool = builder(file()).build()) {
            Throwable late;
            do {
                late = catchThrowable(() -> pool.getConnection(Duration.ofMillis(500)));
            } while (String.valueOf(late).contains("is not open")); // the lease's thread has not run yet
            assertThat(late)
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContainingAll("waits for its turn on " + file(), "which PID " + holder.pid())
                    .hasMessageContaining("1 before it");
            holder.close();
            run(pool, "CREATE TABLE letter (id INTEGER)");
        }
    }

    @Test
    void anIdlePoolLetsProgramsIn() throws Exception {
        try (DuckPool pool = builder(file())
                .sharing(Sharing.cooperative().withIdleRelease(Duration.ofMillis(50)))
                .build()) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
            String answer;
            do { // sooner or later the pool is found at rest
                try (ForeignProgram program = ForeignProgram.start(file())) {
                    answer = program.answer();
                }
            } while (!answer.equals("open"));
            assertThat(Letters.count(pool, "visit")).isEqualTo(1);
        }
    }

    @Test
    void aPoolThatNeverGotTheFileClosesAtOnce() throws Exception {
        try (ForeignProgram program = ForeignProgram.start(file())) {
            assertThat(program.answer()).isEqualTo("open");
            DuckPool pool = builder(file()).build();
            CompletableFuture<Connection> waiting = pool.connectionAsync();
            CompletableFuture.runAsync(pool::close).get(30, TimeUnit.SECONDS);
            assertThat(waiting).as("told by a thread of its own").failsWithin(Duration.ofSeconds(30));
        }
    }

    @Test
    void aPoolThatDoesNotHaveTheFileClosesAtOnceWhileAnotherHasIt() throws Exception {
        try (DuckPool first = builder(file()).build()) {
            DuckPool second = builder(file()).build();
            run(first, "CREATE TABLE letter (id INTEGER)");
            CompletableFuture.runAsync(second::close).get(20, TimeUnit.SECONDS);
            assertThat(Letters.count(first, "letter")).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theGuardSeesThatTheLockIsGone() throws Exception {
        List<Alert> alerts = new CopyOnWriteArrayList<>();
        try (DuckPool pool = builder(file()).alertListener(alerts::add).build()) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
            assertThat(pool.health().status()).isEqualTo(Health.Status.UP);
            readByAccident();
            while (pool.health().status() == Health.Status.UP || alerts.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(20); // the guard looks every second, and tells after it has noted
            }
            assertThat(pool.health().reasons()).singleElement().asString().contains("lock", file().toString());
            assertThat(alerts).extracting(Alert::kind).contains(Alert.Kind.LOCK_LOST);
            assertThatThrownBy(() -> run(pool, "INSERT INTO letter VALUES (1)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContainingAll("lock", file().toString());
        }
        try (DuckPool pool = builder(file()).build()) {
            assertThat(Letters.count(pool, "letter")).isZero();
            assertThat(pool.health().status()).isEqualTo(Health.Status.UP);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whoAskedForItIsLentToWithoutTheLock() throws Exception {
        List<Alert> alerts = new CopyOnWriteArrayList<>();
        try (DuckPool pool = builder(file())
                .alertListener(alerts::add)
                .lendAfterLockLoss(true)
                .build()) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
            readByAccident();
            while (pool.health().status() == Health.Status.UP || alerts.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            run(pool, "INSERT INTO letter VALUES (1)");
            assertThat(Letters.count(pool, "letter")).isEqualTo(1);
            assertThat(alerts).extracting(Alert::kind).contains(Alert.Kind.LOCK_LOST);
        }
    }

    /** It looks every second, and misses what happens in the last one, unless it looks again before a checkpoint is written at closing. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theGuardLooksBeforeTheFileIsClosed() throws Exception {
        List<Alert> alerts = new CopyOnWriteArrayList<>();
        try (DuckPool pool = builder(file()).alertListener(alerts::add).build()) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
            run(pool, "INSERT INTO letter VALUES (1)");
            readByAccident();
        }
        assertThat(alerts).extracting(Alert::kind).containsExactly(Alert.Kind.LOCK_LOST);
        assertThat(directory.resolve("letters.duckdb.wal"))
                .as("what closing leaves in the log")
                .isNotEmptyFile();
        try (DuckPool pool = builder(file()).build()) {
            assertThat(Letters.count(pool, "letter")).isEqualTo(1);
        }
    }

    /** What drops DuckDB's lock: the process closes a descriptor of the file. */
    private void readByAccident() throws Exception {
        try (InputStream in = Files.newInputStream(file())) {
            assertThat(in.read()).isNotNegative();
        }
    }
}
