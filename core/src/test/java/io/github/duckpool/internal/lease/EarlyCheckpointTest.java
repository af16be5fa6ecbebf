package io.github.duckpool.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.mutex.FileMutex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closing waits for programs that are just opening the file where it was written to, and only there. */
class EarlyCheckpointTest {
    /** The database is open already. */
    private static final FileOpener NOBODY = new FileOpener() {
        @Override
        public OpenDatabase open(Path file) {
            throw new AssertionError("it is open");
        }

        @Override
        public void prepare() {}

        @Override
        public OpenDatabase retry(Opener attempt, long budgetNanos) {
            throw new AssertionError("it is open");
        }

        @Override
        public boolean reportsHolder() {
            return false;
        }
    };

    @TempDir
    Path directory;

    private Path file;
    private final List<Long> pauses = new ArrayList<>();

    @BeforeEach
    void makeDatabase() throws Exception {
        file = directory.resolve("letters.duckdb");
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE letter AS SELECT range AS id FROM range(1000)");
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:duckdb:" + file);
    }

    private record Anchored(Connection anchor) implements OpenDatabase {
        @Override
        public Connection connect() throws SQLException {
            return anchor.unwrap(DuckDBConnection.class).duplicate();
        }

        @Override
        public void close() throws SQLException {
            anchor.close();
        }
    }

    private FileTenancy tenancy(Connection anchor) throws Exception {
        var terms = new LeaseTerms("letters", false, true, 0, 0, false, 1, false, Map.of(), alert -> {});
        var tenancy = new FileTenancy(new FileLease(FileMutex.of(file), false), terms, NOBODY, new IdleTenant(false));
        tenancy.opened(new Anchored(anchor), System.nanoTime());
        return tenancy;
    }

    /** The checkpoint ahead of closing, after this work. */
    private void writeAfter(String... work) throws Exception {
        // Setting the time opens the file, which nobody has open yet.
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
        try (Connection anchor = open()) {
            try (Connection connection = new Anchored(anchor).connect();
                    Statement statement = connection.createStatement()) {
                for (String sql : work) {
                    statement.execute(sql);
                }
            }
            EarlyCheckpoint.write(tenancy(anchor), file, pauses::add);
        }
    }

    @Test
    void nothingIsWaitedForAfterReadsAlone() throws Exception {
        writeAfter("SELECT sum(id) FROM letter", "CREATE TEMP TABLE draft AS FROM letter");
        assertThat(pauses).isEmpty();
    }

    @Test
    void theTimeGoesByAfterAWrite() throws Exception {
        // On a loaded machine more time may have gone by already than is waited for.
        for (int i = 0; i < 100 && pauses.isEmpty(); i++) {
            writeAfter("INSERT INTO letter VALUES (7)");
        }
        assertThat(pauses).isNotEmpty();
        assertThat(pauses.get(0)).isBetween(1L, TimeUnit.MILLISECONDS.toNanos(10));
    }

    @Test
    void andAfterACheckpointThatSomebodyElseHasJustWritten() throws Exception {
        for (int i = 0; i < 100 && pauses.isEmpty(); i++) {
            writeAfter("INSERT INTO letter VALUES (7)", "CHECKPOINT");
        }
        assertThat(pauses).isNotEmpty();
    }

    @Test
    void closingHasNothingLeftToWrite() throws Exception {
        for (String work : List.of("SELECT sum(id) FROM letter", "INSERT INTO letter VALUES (7)", "SELECT 1")) {
            FileTime written;
            try (Connection anchor = open();
                    Statement statement = anchor.createStatement()) {
                statement.execute(work);
                EarlyCheckpoint.write(tenancy(anchor), file, nanos -> {});
                written = Files.getLastModifiedTime(file);
                TimeUnit.MILLISECONDS.sleep(20); // a write after this would have another time
            }
            assertThat(Files.getLastModifiedTime(file)).as(work).isEqualTo(written);
        }
    }
}
