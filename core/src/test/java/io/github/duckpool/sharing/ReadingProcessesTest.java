package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import io.github.duckpool.mutex.FileMutex;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that only read have a file at the same time, but never beside one that writes, and nobody is passed. */
class ReadingProcessesTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeALetter() throws SQLException {
        file = directory.resolve("letters.duckdb");
        try (DuckPool pool = pool(Sharing.cooperative())) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
            run(pool, "INSERT INTO letter VALUES (1)");
        }
    }

    private DuckPool pool(Sharing sharing) {
        return DuckPool.builder()
                .database(file)
                .borrowTimeout(Duration.ofMinutes(2))
                .sharing(sharing)
                .build();
    }

    private static void run(DuckPool pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Until so many tickets are out: held or waited for, in all processes. */
    private void awaitTickets(long number) throws Exception {
        FileMutex queue = FileMutex.of(file);
        while (queue.waiters() < number) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void twoProcessesReadAtTheSameTime() throws Exception {
        try (ReadingProgram there = ReadingProgram.start(file);
                DuckPool here = pool(Sharing.readOnly())) {
            there.borrow();
            assertThat(there.found()).isEqualTo(1);
            try (Connection connection = here.getConnection(); // while the other has it
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM letter")) {
                rows.next();
                assertThat(rows.getLong(1)).isEqualTo(1);
            }
            there.giveBack();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void manyThatOnlyReadDoNotTakeTheFileFromEachOther() throws Exception {
        try (ReadingProgram first = ReadingProgram.start(file);
                ReadingProgram second = ReadingProgram.start(file);
                ReadingProgram third = ReadingProgram.start(file)) {
            List<ReadingProgram> readers = List.of(first, second, third);
            List<Long> turns = new ArrayList<>();
            borrowEach(readers);
            do { // one that is stopped within its look at the queue may look like a writer to the others, now and then
                assertThat(turns).as("turns taken, 8 s each time").hasSizeLessThan(3);
                long before = nextTicket();
                long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
                while (System.nanoTime() < endNanos) {
                    borrowEach(readers);
                }
                turns.add(nextTicket() - before);
            } while (turns.get(turns.size() - 1) > 0);
        }
    }

    private static void borrowEach(List<ReadingProgram> readers) throws Exception {
        for (ReadingProgram reader : readers) {
            reader.borrow();
            assertThat(reader.found()).isEqualTo(1);
            reader.giveBack();
        }
    }

    /** Of the queue, read by another process: this one would drop its own locks. */
    private long nextTicket() throws Exception {
        Process reading = new ProcessBuilder("od", "-An", "-td8", "-j8", "-N8", file + ".queue").start();
        return Long.parseLong(new String(reading.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
    }

    @Test
    void aWriterWaitsForReadersAndIsNotPassedByLaterOnes() throws Exception {
        try (ReadingProgram first = ReadingProgram.start(file);
                ReadingProgram second = ReadingProgram.start(file);
                DuckPool writer = pool(Sharing.cooperative())) {
            first.borrow();
            assertThat(first.found()).isEqualTo(1);
            CompletableFuture<Connection> writing = writer.connectionAsync();
            awaitTickets(2);
            second.borrow();
            awaitTickets(3);
            assertThat(writing).isNotDone();
            assertThat(second.isWaiting()).isTrue();

            first.giveBack();
            try (Connection connection = writing.get(2, TimeUnit.MINUTES);
                    Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO letter VALUES (2)");
                assertThat(second.isWaiting()).isTrue();
            }
            assertThat(second.found()).isEqualTo(2); // what was written before its turn
            second.giveBack();
        }
    }
}
