package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import io.github.resilience4j.retry.event.RetryEvent;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real second process holds the file for three seconds. */
class ForeignHolderTest {
    private static final long HOLD_MILLIS = 3_000;

    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<RetryEvent> events = new ConcurrentLinkedQueue<>();
    private Path file = Path.of("");

    /** Time enough for a busy machine. */
    private final LockRetry retry = LockRetry.builder()
            .fileLocks(b -> b.deadline(Duration.ofMinutes(2)))
            .build();

    @BeforeEach
    void listen() {
        file = directory.resolve("held.duckdb");
        retry.retries().forEach(r -> r.getEventPublisher().onEvent(events::add));
    }

    private static long holderInFile(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                ResultSet pid = connection.createStatement().executeQuery("SELECT pid FROM held_by")) {
            pid.next();
            return pid.getLong(1);
        }
    }

    private void assertThatTheHolderWasTold(FileHolder holder) {
        List<DuckError> errors = events.stream()
                .map(event -> LockRetry.errorOf(event).orElseThrow())
                .toList();
        // Threads of one process that open one file at once get in each other's way for a moment, too.
        assertThat(errors)
                .extracting(DuckError::kind)
                .contains(Kind.FILE_LOCKED)
                .isSubsetOf(Kind.FILE_LOCKED, Kind.HANDLE_CONFLICT);
        assertThat(errors)
                .filteredOn(error -> error.kind() == Kind.FILE_LOCKED)
                .allSatisfy(error -> assertThat(error.holderPid()).hasValue(holder.pid()));
    }

    @Test
    void aPoolOpensTheFileWhenItIsFree() throws Exception {
        try (FileHolder holder = FileHolder.hold(file, HOLD_MILLIS);
                DuckPool pool = DuckPool.builder()
                        .database(file)
                        .borrowTimeout(Duration.ofMinutes(2))
                        .retry(retry)
                        .build()) {
            assertThat(holderInFile(pool)).isEqualTo(holder.pid());
            assertThatTheHolderWasTold(holder);
        }
    }

    @Test
    void aPoolAndItsRetryNameTheHolderWithOneVoice() throws Exception {
        try (FileHolder holder = FileHolder.hold(file, HOLD_MILLIS);
                DuckPool pool = DuckPool.builder()
                        .database(file)
                        .borrowTimeout(Duration.ofMinutes(2))
                        .retry(retry)
                        .build()) {
            String log = HolderLogTest.logged(
                    () -> assertThatCode(() -> holderInFile(pool)).doesNotThrowAnyException());
            assertThat(log.lines().filter(line -> line.contains("PID " + holder.pid())))
                    .as(log)
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).contains(LockRetry.class.getName()));
        }
    }

    @Test
    void anyOtherDataSourceDoesToo() throws Exception {
        DataSource source = RetryingDataSource.wrap(new DriverSource("jdbc:duckdb:" + file), retry);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (FileHolder holder = FileHolder.hold(file, HOLD_MILLIS)) {
            List<CompletableFuture<Long>> found = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                found.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return holderInFile(source);
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        threads));
            }
            assertThat(found.stream().map(CompletableFuture::join)).containsOnly(holder.pid());
            assertThatTheHolderWasTold(holder);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whoGivesUpIsToldWhoHoldsIt() throws Exception {
        LockRetry impatient = LockRetry.builder()
                .fileLocks(b -> b.maxAttempts(3).initialBackoff(Duration.ofMillis(1)))
                .build();
        DataSource source = RetryingDataSource.wrap(new DriverSource("jdbc:duckdb:" + file), impatient);
        try (FileHolder holder = FileHolder.hold(file, Duration.ofMinutes(5).toMillis())) {
            assertThatThrownBy(source::getConnection)
                    .hasMessageContainingAll("3 attempts", "PID " + holder.pid(), "java")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
        }
    }
}
