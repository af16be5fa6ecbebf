package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One borrow and its return while no other process wants the file. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SharingBenchmark {
    @Param({SharingFamily.COOPERATIVE, SharingFamily.EXCLUSIVE})
    public String sharing = SharingFamily.COOPERATIVE;

    private @Nullable DuckPool pool;

    @Setup
    public void open() throws Exception {
        DuckPool opened = DuckPool.builder()
                .database(Files.createTempDirectory("sharing").resolve("sharing.duckdb"))
                .sharing(sharing.equals(SharingFamily.EXCLUSIVE) ? Sharing.exclusive() : Sharing.cooperative())
                .build();
        opened.getConnection().close(); // opens the file
        pool = opened;
    }

    @TearDown(Level.Trial)
    public void close() {
        if (pool != null) {
            pool.close();
        }
    }

    @Benchmark
    @SuppressWarnings("NullAway") // opened before; a check would be measured
    public Connection borrowAndReturn() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection;
        }
    }
}
