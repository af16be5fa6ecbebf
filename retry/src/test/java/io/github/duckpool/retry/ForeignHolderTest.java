package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import io.github.resilience4j.retry.event.RetryEvent;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real second process holds the file until somebody was refused. */
@Timeout(240)
class ForeignHolderTest {
    @TempDir
    Path directory;

    private final ConcurrentLinkedQueue<RetryEvent> events = new ConcurrentLinkedQueue<>();
    private Path file = Path.of("");
    private volatile @Nullable FileHolder holding;

    /** Time enough for a busy machine. */
    private final LockRetry retry = LockRetry.builder()
            .fileLocks(b -> b.deadline(Duration.ofMinutes(2)))
            .build();

    @BeforeEach
    void listen() {
        file = directory.resolve("held.duckdb");
        retry.retries().forEach(r -> r.getEventPublisher().onEvent(event -> {
            events.add(event);
            FileHolder holder = holding;
            if (holder != null
                    && LockRetry.errorOf(event).filter(this::isLocked).isPresent()) {
                holder.letGo();
            }
        }));
    }

    private boolean isLocked(DuckError error) {
        return error.kind() == Kind.FILE_LOCKED;
    }

    /** Holds the file until the retry has met its lock. */
    private FileHolder hold() throws IOException {
        FileHolder holder = FileHolder.hold(file);
        holding = holder;
        return holder;
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
        // Threads of one process that open one file at once get in each other's way for a moment, too; and the holder
        // may
        // close it, which writes, just while it is being opened.
        assertThat(errors)
                .filteredOn(error -> !error.message().contains("wrote to it while it was being opened"))
                .extracting(DuckError::kind)
                .contains(Kind.FILE_LOCKED)
                .isSubsetOf(Kind.FILE_LOCKED, Kind.HANDLE_CONFLICT);
        // Who holds it DuckDB asks after it was refused: by then nobody may, and it says 0.
        assertThat(errors)
                .filteredOn(this::isLocked)
                .allSatisfy(error -> assertThat(error.holderPid().orElse(0)).isIn(0L, holder.pid()))
                .anySatisfy(error -> assertThat(error.holderPid()).hasValue(holder.pid()));
    }

    @Test
    void aPoolOpensTheFileWhenItIsFree() throws Exception {
        try (FileHolder holder = hold();
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
        try (FileHolder holder = hold();
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
        try (FileHolder holder = hold()) {
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
        try (FileHolder holder = FileHolder.hold(file)) {
            assertThatThrownBy(source::getConnection)
                    .hasMessageContainingAll("3 attempts", "PID " + holder.pid(), "java")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
        }
    }
}
