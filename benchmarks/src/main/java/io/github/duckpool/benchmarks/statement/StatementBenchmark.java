package io.github.duckpool.benchmarks.statement;

import io.github.duckpool.benchmarks.borrow.ConnectionSource;
import io.github.duckpool.benchmarks.borrow.Pools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/** One borrow, one query by its key in a table of a million rows or one {@code SELECT 1}, and the return. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class StatementBenchmark {
    private static final int ROWS = 1_000_000;
    private static final int SIZE = 5;

    @Param({Pools.DUCKPOOL})
    public String pool = Pools.DUCKPOOL;

    /** How many statements each connection may keep; 0 turns duckpool's cache off, the others' are off anyway. */
    @Param({"0", "32"})
    public int kept;

    private @Nullable ConnectionSource source;

    @Setup
    public void open(BenchmarkParams benchmark) throws Exception {
        open(Files.createTempDirectory("statement"));
        if (benchmark.getBenchmark().contains("lookUp")) {
            fill();
        }
    }

    /** Opens the pool on a new file in this directory. */
    void open(Path directory) throws SQLException {
        String url = "jdbc:duckdb:" + directory.resolve("s.duckdb");
        source = Pools.openKeepingStatements(pool, url, SIZE, kept);
        connection().close(); // loads the driver and opens the database
    }

    /** Makes the table that rows are looked up in. */
    void fill() throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE letter(id INTEGER PRIMARY KEY, title VARCHAR)");
            statement.execute("INSERT INTO letter SELECT i, 'letter ' || i FROM range(" + ROWS + ") t(i)");
        }
    }

    @TearDown
    public void close() throws SQLException {
        if (source != null) {
            source.close();
        }
    }

    @Benchmark
    public int selectByStatement() throws SQLException {
        return statement("SELECT 1");
    }

    @Benchmark
    public int selectPrepared() throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
            return only(statement);
        }
    }

    @Benchmark
    public int lookUpByStatement() throws SQLException {
        return statement("SELECT id FROM letter WHERE id = "
                + ThreadLocalRandom.current().nextInt(ROWS));
    }

    @Benchmark
    public int lookUpPrepared() throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement("SELECT id FROM letter WHERE id = ?")) {
            statement.setInt(1, ThreadLocalRandom.current().nextInt(ROWS));
            return only(statement);
        }
    }

    private Connection connection() throws SQLException {
        if (source == null) {
            throw new SQLException("not set up");
        }
        return source.getConnection();
    }

    private int statement(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return first(result);
        }
    }

    private static int only(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery()) {
            return first(result);
        }
    }

    private static int first(ResultSet result) throws SQLException {
        if (!result.next()) {
            throw new SQLException("no row");
        }
        return result.getInt(1);
    }
}
