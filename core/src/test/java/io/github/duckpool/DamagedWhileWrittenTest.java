package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.internal.lease.WrittenMeanwhileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A file that can't be opened says nothing yet, when somebody wrote to it in the midst of the opening. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class DamagedWhileWrittenTest {
    @TempDir
    Path directory;

    private Path file;
    private DuckPoolConfig config;

    @BeforeEach
    void makeDamagedFile() throws Exception {
        file = directory.resolve("letters.duckdb");
        byte[] damaged = new byte[3 * 4096];
        Arrays.fill(damaged, (byte) 7);
        Files.write(file, damaged);
        try (DuckPool pool =
                DuckPool.builder().database(file).poolName("letters").build()) {
            config = pool.config();
        }
    }

    private Throwable opening() {
        return catchThrowable(() -> DatabaseOpener.open(config, file).close());
    }

    @Test
    void itIsReportedAsDamagedWhenNobodyWrites() {
        assertThatThrownBy(() -> DatabaseOpener.open(config, file))
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("it is no DuckDB database");
    }

    /** Another process that makes the database has an empty file for a moment, which must neither be reported nor deleted. */
    @Test
    void anEmptyFileIsToBeTriedAgainForASecond() throws Exception {
        Throwable error;
        long fromMillis;
        do { // in time
            Files.delete(file);
            fromMillis = System.currentTimeMillis();
            Files.createFile(file);
            error = opening();
        } while (System.currentTimeMillis() - fromMillis >= 1_000);
        assertThat(error).isInstanceOf(WrittenMeanwhileException.class);
        assertThat(file).isEmptyFile();

        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 2_000));
        assertThat(opening())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("it is empty");
    }

    @Test
    void itIsToBeTriedAgainWhenSomebodyWrites() throws Exception {
        Path stop = directory.resolve("stop");
        Process writer = new ProcessBuilder(
                        "sh", "-c", "until [ -e \"$1\" ]; do touch -c \"$0\"; done", file.toString(), stop.toString())
                .start();
        try {
            Throwable error = opening();
            // A failing opening is short, and the writer may miss it.
            for (int i = 0; i < 1_000 && !(error instanceof WrittenMeanwhileException); i++) {
                assertThat(error).isInstanceOf(SQLNonTransientConnectionException.class);
                error = opening();
            }
            assertThat(error).isInstanceOf(WrittenMeanwhileException.class);
            assertThat((Throwable) ((WrittenMeanwhileException) error).failure())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("it is no DuckDB database");
        } finally {
            Files.createFile(stop); // a shell that is killed leaves its last touch behind
            writer.waitFor();
        }
        assertThat(opening()).isNotInstanceOf(WrittenMeanwhileException.class);
    }
}
