package io.github.duckpool.benchmarks.borrow;

import java.nio.file.Files;
import java.nio.file.Path;
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

/** One borrow and its return with no work between them, per thread; {@code -t} sets how many threads do it at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class BorrowReturnBenchmark {
    @Param({Pools.DUCKPOOL, Pools.HIKARI, Pools.AGROAL})
    public String pool = Pools.DUCKPOOL;

    @Param({"5", "32"})
    public int size;

    @Param({BorrowFamily.STUB, BorrowFamily.DUCKDB})
    public String driver = BorrowFamily.STUB;

    private @Nullable ConnectionSource source;

    @Setup
    public void open() throws Exception {
        Class.forName(StubDriver.class.getName());
        String url = StubDriver.URL;
        if (driver.equals(BorrowFamily.DUCKDB)) {
            Path directory = Files.createTempDirectory("borrow");
            url = "jdbc:duckdb:" + directory.resolve("borrow.duckdb");
        }
        ConnectionSource opened = Pools.open(pool, url, size);
        opened.getConnection().close(); // loads the driver and opens the database, which takes longer than all the rest
        source = opened;
    }

    @TearDown(Level.Trial)
    public void close() throws SQLException {
        if (source != null) {
            source.close();
        }
    }

    @Benchmark
    @SuppressWarnings("NullAway") // opened before; a check would be measured
    public Connection borrowAndReturn() throws SQLException {
        try (Connection connection = source.getConnection()) {
            return connection;
        }
    }
}
