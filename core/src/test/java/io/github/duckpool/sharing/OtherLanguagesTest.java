package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Python and Node work on the file of a busy service, through DuckDB's own clients: each gets its work done, and nobody in the
 * service sees an error. The file is of the oldest storage version, so that engines of several versions can read it.
 */
@DisabledOnOs(OS.WINDOWS)
class OtherLanguagesTest {
    private static final int ROWS = 20;
    private static final int WRITERS = 2;
    private static final int READERS = 2;

    @TempDir
    Path directory;

    private final List<OtherLanguage> programs = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Path file;
    private DuckPool pool;

    @BeforeEach
    void openService() throws SQLException {
        file = directory.resolve("letters.duckdb");
        pool = DuckPool.builder()
                .database(file)
                .setting("storage_compatibility_version", "v1.0.0")
                .borrowTimeout(Duration.ofMinutes(2))
                .sharing(Sharing.cooperative()
                        .withMinSlice(Duration.ofMillis(20))
                        .withIdleRelease(Duration.ofMillis(20)))
                .initSql("CREATE TABLE IF NOT EXISTS letter (writer VARCHAR, number INTEGER)")
                .build();
        pool.getConnection().close();
    }

    @AfterEach
    void closeAll() throws InterruptedException {
        for (OtherLanguage program : programs) {
            program.kill();
        }
        threads.shutdownNow();
        pool.close();
    }

    @Test
    void whoTakesTurnsIsNeverRefused() throws Exception {
        OtherLanguage python = started(OtherLanguage.python(file, "python", ROWS, true));
        int written = serve(Duration.ZERO);

        assertThat(python.refusals()).isZero();
        assertRows("python", ROWS);
        assertRows("java", written);
    }

    @Test
    void whoKnowsNothingOfTheQueueGetsInWhenThePoolRests() throws Exception {
        OtherLanguage python = started(OtherLanguage.python(file, "python", ROWS, false));
        int written = serve(Duration.ofMillis(100));

        python.refusals();
        assertRows("python", ROWS);
        assertRows("java", written);
    }

    @Test
    void bothKindsAtOnce() throws Exception {
        OtherLanguage python = started(OtherLanguage.python(file, "python", ROWS, true));
        OtherLanguage node = started(OtherLanguage.node(file, "node", ROWS));
        int written = serve(Duration.ofMillis(100));

        python.refusals(); // by Node, whose visits nobody can foresee
        node.refusals();
        assertRows("python", ROWS);
        assertRows("node", ROWS);
        assertRows("java", written);
    }

    @Test
    void bothKindsAtOnceTheOtherWayRound() throws Exception {
        OtherLanguage node = started(OtherLanguage.nodeInATurn(file, "node", ROWS));
        OtherLanguage python = started(OtherLanguage.python(file, "python", ROWS, false));
        int written = serve(Duration.ofMillis(100));

        node.refusals(); // by Python, once it has its turn
        python.refusals();
        assertRows("node", ROWS);
        assertRows("python", ROWS);
        assertRows("java", written);
    }

    private OtherLanguage started(OtherLanguage program) {
        programs.add(program);
        return program;
    }

    /** Reads and writes from several threads until the programs are done, with a rest after each burst; the rows written. */
    private int serve(Duration rest) throws Exception {
        int written = 0;
        do {
            List<Future<Integer>> burst = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int first = written + i * 10;
                burst.add(threads.submit(() -> write(first, first + 10)));
            }
            Callable<Integer> reading = this::read;
            for (int i = 0; i < READERS; i++) {
                burst.add(threads.submit(reading));
            }
            for (Future<Integer> each : burst) {
                written += each.get(3, TimeUnit.MINUTES);
            }
            TimeUnit.NANOSECONDS.sleep(rest.toNanos());
        } while (programs.stream().anyMatch(OtherLanguage::isRunning));
        return written;
    }

    private int write(int from, int to) throws SQLException {
        for (int number = from; number < to; number++) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                try (PreparedStatement insert = connection.prepareStatement("INSERT INTO letter VALUES ('java', ?)")) {
                    insert.setInt(1, number);
                    insert.executeUpdate();
                }
                connection.commit();
            }
        }
        return to - from;
    }

    /** Rows only become more; what was committed by anybody stays seen. */
    private int read() throws SQLException {
        long before = 0;
        for (int i = 0; i < 10; i++) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM letter")) {
                rows.next();
                assertThat(rows.getLong(1)).isGreaterThanOrEqualTo(before);
                before = rows.getLong(1);
            }
        }
        return 0;
    }

    private void assertRows(String writer, int expected) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*), count(DISTINCT number), max(number) FROM letter WHERE writer = '" + writer
                                + "'")) {
            rows.next();
            assertThat(rows.getInt(1)).as("rows of %s", writer).isEqualTo(expected);
            assertThat(rows.getInt(2)).as("each once").isEqualTo(expected);
            assertThat(rows.getInt(3)).as("and all of them").isEqualTo(expected - 1);
        }
    }
}
