package io.github.duckpool.benchmarks.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.benchmarks.harness.Together;
import io.github.duckpool.benchmarks.processes.Transactions.Window;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several windows of the same processes. */
class TransactionsTest {
    /** A directory lies where the first window's processes look for their queue, so that they throw and end. */
    @Test
    void aWindowWhoseProcessesFailLeavesTheOthers(@TempDir Path directory) throws Exception {
        Files.createDirectory(directory.resolve("0.duckdb.queue"));
        List<Window> windows = List.of(new Window(2, 0.2), new Window(1, 0.2));
        Together.Samples samples = new Together.Samples();
        Transactions.run(directory, Transactions.POOL, windows, samples);
        assertThatThrownBy(() -> samples.of("2 processes"))
                .hasMessageContaining("TransactionsPeer [duckpool]")
                .hasMessageContaining("exit code is 1");
        assertThat(samples.of("1 processes").get(Transactions.THROUGHPUT)).isPositive();
    }
}
