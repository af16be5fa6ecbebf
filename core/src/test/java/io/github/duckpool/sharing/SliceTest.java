package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.Sharing;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import io.github.duckpool.observe.Alert;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a connection that stays borrowed while somebody else waits for the file. */
class SliceTest {
    @TempDir
    Path directory;

    private final BlockingQueue<Alert> alerts = new LinkedBlockingQueue<>();

    private DuckPoolBuilder builder(Sharing sharing) {
        return DuckPool.builder()
                .database(directory.resolve("letters.duckdb"))
                .borrowTimeout(Duration.ofMinutes(1))
                .sharing(sharing)
                .alertListener(alerts::add);
    }

    private DuckPool pool(Sharing sharing) {
        return builder(sharing.withMinSlice(Duration.ZERO)).build();
    }

    private CompletableFuture<Permit> somebodyElse() throws Exception {
        return FileMutex.of(directory.resolve("letters.duckdb")).acquire();
    }

    private Alert overstayed() throws InterruptedException {
        Alert alert = alerts.poll(1, TimeUnit.MINUTES);
        assertThat(alert).isNotNull();
        assertThat(alert.kind()).isEqualTo(Alert.Kind.SLICE_OVERSTAYED);
        return alert;
    }

    @Test
    void whoOverstaysIsNamedAndWaitedFor() throws Exception {
        try (DuckPool pool = pool(Sharing.cooperative().withMaxSlice(Duration.ofMillis(200)))) {
            CompletableFuture<Permit> next;
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                next = somebodyElse();
                assertThat(overstayed().message())
                        .contains(Thread.currentThread().getName(), "waited for", "SliceTest.whoOverstaysIsNamed")
                        .containsPattern("\\R[1-9]\\d{2,} ms ago by thread ");
                assertThat(next).isNotDone();
                statement.execute("CREATE TABLE letter (id INTEGER)");
            }
            next.get(1, TimeUnit.MINUTES).close();
            assertThat(alerts).isEmpty();
        }
    }

    @Test
    void whereLeaksAreTrackedTheStackIsThatOfTheBorrow() throws Exception {
        try (DuckPool pool = builder(Sharing.cooperative()
                                .withMinSlice(Duration.ZERO)
                                .withMaxSlice(Duration.ofMillis(200)))
                        .leakThreshold(Duration.ofMinutes(1))
                        .build();
                Connection connection = borrowHere(pool)) {
            assertThat(somebodyElse()).isNotDone();
            assertThat(connection.isClosed()).isFalse();
            assertThat(overstayed().message()).contains("borrowed here", "SliceTest.borrowHere");
        }
    }

    private static Connection borrowHere(DuckPool pool) throws SQLException {
        return pool.getConnection();
    }

    @Test
    void whoSharesNothingKeepsTheFileUntilHeCloses() throws Exception {
        CompletableFuture<Permit> next;
        try (DuckPool pool = builder(Sharing.exclusive()).build()) {
            pool.getConnection().close();
            next = somebodyElse();
            TimeUnit.MILLISECONDS.sleep(300); // who shares looks every 5 ms
            assertThat(next).isNotDone();
            pool.getConnection().close();
        }
        next.get(1, TimeUnit.MINUTES).close();
        assertThat(alerts).isEmpty();
    }

    @Test
    void whoOverstaysIsCutOffIfAskedFor() throws Exception {
        try (DuckPool pool = pool(Sharing.cooperative().withMaxSliceCutOff(Duration.ofMillis(200)))) {
            pool.getConnection().close();
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("CREATE TABLE letter (id INTEGER)");
                }
                CompletableFuture<Permit> next = somebodyElse();
                overstayed();
                try (Permit turn = next.get(1, TimeUnit.MINUTES)) {
                    assertThat(turn).isNotNull();
                    assertThatThrownBy(connection::commit)
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("maxSlice");
                }
            }
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE letter (id INTEGER)"); // the first one was rolled back
            }
        }
    }

    @Test
    void whoWaitsMeanwhileKeepsHisDeadline() throws Exception {
        try (DuckPool pool = pool(Sharing.cooperative())) {
            pool.getConnection().close();
            try (Permit turn = somebodyElse().get(1, TimeUnit.MINUTES)) {
                assertThat(turn).isNotNull();
                Throwable late;
                do {
                    late = catchThrowable(() -> pool.getConnection(Duration.ofMillis(100)));
                } while (String.valueOf(late).contains("is not open")); // the lease's thread has not run yet
                assertThat(late)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContainingAll("waits for its turn", "letters.duckdb");
            }
            pool.getConnection().close();
            assertThat(List.copyOf(alerts)).isEmpty();
        }
    }
}
