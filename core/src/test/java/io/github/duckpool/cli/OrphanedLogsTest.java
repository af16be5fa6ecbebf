package io.github.duckpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanedLogsTest {
    @TempDir
    Path directory;

    private Path make(String name, String text) throws Exception {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void aLogWithoutItsDatabaseIsOne() throws Exception {
        Path lost = make("moved.duckdb.wal", "commits");
        make("letters.duckdb", "data");
        make("letters.duckdb.wal", "commits");
        make("empty.duckdb.wal", "");
        make(".wal", "no name");
        assertThat(OrphanedLogs.in(directory)).containsExactly(lost);
    }

    /** Renamed to the database's log, such a file would take the place of committed work. */
    @Test
    void theLogsOfACheckpointAreDuckDBsOwn() throws Exception {
        make("letters.duckdb", "data");
        make("letters.duckdb.wal", "commits");
        make("letters.duckdb.checkpoint.wal", "commits");
        make("letters.duckdb.recovery.wal", "commits");
        assertThat(OrphanedLogs.in(directory)).isEmpty();
    }
}
