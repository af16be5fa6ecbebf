package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.DuckPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two class loaders of one process, each with a duckpool of its own, on one file: two web applications that bring everything along, or that share the
 * driver of their server.
 */
class ClassLoadersTest {
    private static final int MANY = 100;
    private static final int THREADS = 2;

    @TempDir
    Path directory;

    private final List<OtherClassLoader> loaders = new ArrayList<>();

    enum Drivers {
        ONE_EACH,
        SHARED
    }

    @AfterEach
    void closeClassLoaders() throws Exception {
        for (OtherClassLoader loader : loaders) {
            loader.close();
        }
    }

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    private List<OtherClassLoader> two(Drivers drivers) throws ClassNotFoundException {
        List<OtherClassLoader> two;
        if (drivers == Drivers.SHARED) {
            OtherClassLoader driver = OtherClassLoader.ofDriver();
            loaders.add(driver);
            two = List.of(OtherClassLoader.over(driver), OtherClassLoader.over(driver));
        } else {
            two = List.of(OtherClassLoader.complete(), OtherClassLoader.complete());
        }
        loaders.addAll(two);
        assertThat(two.get(0).load(DuckPool.class)).isNotSameAs(two.get(1).load(DuckPool.class));
        assertThat(two.get(0).load(DuckDBDriver.class) == two.get(1).load(DuckDBDriver.class))
                .isEqualTo(drivers == Drivers.SHARED);
        return two;
    }

    private static void run(DataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Rows of its own, and a row that all others update too: of two that hold the file at once one would meet a conflict. */
    private static void runMany(DataSource pool, int writer) {
        for (int i = 0; i < MANY; i++) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("INSERT INTO letter VALUES (" + writer + ", " + i + ")");
                    if (writer % THREADS == 0) { // one thread of each pool
                        statement.execute("UPDATE total SET letters = letters + 1");
                    }
                }
                connection.commit();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static String value(DataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return value(connection, sql);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothWriteInTurns(Drivers drivers) throws Exception {
        List<OtherClassLoader> two = two(drivers);
        Executor own = task -> new Thread(task).start();
        try (OtherClassLoader.Pool first = two.get(0).pool(file());
                OtherClassLoader.Pool second = two.get(1).pool(file())) {
            run(first.source(), "CREATE TABLE letter (writer INTEGER, number INTEGER)");
            run(second.source(), "CREATE TABLE total AS SELECT 0 AS letters");
            List<CompletableFuture<Void>> writing = new ArrayList<>();
            for (int writer = 0; writer < 2 * THREADS; writer++) {
                int number = writer;
                OtherClassLoader.Pool pool = writer < THREADS ? first : second;
                writing.add(CompletableFuture.runAsync(() -> runMany(pool.source(), number), own));
            }
            for (CompletableFuture<Void> each : writing) {
                each.get(2, TimeUnit.MINUTES);
            }
        }
        try (DuckPool reading = DuckPool.builder().database(file()).build()) {
            assertThat(Letters.count(reading)).isEqualTo(2 * THREADS * MANY);
            assertThat(Letters.count(reading, "(SELECT DISTINCT * FROM letter)"))
                    .isEqualTo(2 * THREADS * MANY);
            assertThat(value(reading, "SELECT letters FROM total")).isEqualTo(Integer.toString(2 * MANY));
        }
    }

    /** Of two DuckDBs that read, whoever closes the file first would drop the lock of both, and let a writer in. */
    @ParameterizedTest
    @EnumSource
    void bothReadInTurnsToo(Drivers drivers) throws Exception {
        try (DuckPool pool = DuckPool.builder().database(file()).build()) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
        }
        List<OtherClassLoader> two = two(drivers);
        try (OtherClassLoader.Pool first = two.get(0).readingPool(file());
                OtherClassLoader.Pool second = two.get(1).readingPool(file())) {
            try (Connection reading = first.source().getConnection()) {
                assertThat(refusal(second)).contains("another class loader");
                assertThat(reading.isClosed()).isFalse();
            }
            assertThat(Letters.count(second.source())).isZero();
        }
    }

    /** What the borrower of a pool is told that does not have the file. */
    private static String refusal(OtherClassLoader.Pool pool) {
        Throwable refused;
        do {
            refused = catchThrowable(() -> pool.borrow(Duration.ofMillis(300)));
        } while (String.valueOf(refused).contains("is not open")); // the lease's thread has not run yet
        assertThat(refused).isInstanceOf(SQLTransientConnectionException.class);
        return String.valueOf(refused.getMessage());
    }

    /**
     * Why those who share the driver take turns too, though DuckDB would let both have the file. They would be in one instance, where what one sets
     * or attaches is set and attached for all, and each duckpool puts back what its own borrowers have left, as soon as none
     * of its own counts on it.
     */
    @Test
    void whatABorrowerOfOneSetsNobodyOfTheOtherMeets() throws Exception {
        List<OtherClassLoader> two = two(Drivers.SHARED);
        String threads = "SELECT current_setting('threads')";
        try (OtherClassLoader.Pool first = two.get(0).pool(file());
                OtherClassLoader.Pool second = two.get(1).pool(file())) {
            String usual = value(second.source(), threads);
            String unusual = usual.equals("7") ? "8" : "7";
            CompletableFuture<String> met;
            try (Connection borrowed = first.source().getConnection();
                    Statement statement = borrowed.createStatement()) {
                statement.execute("SET GLOBAL threads = " + unusual);
                met = CompletableFuture.supplyAsync(() -> {
                    try {
                        return value(second.source(), threads);
                    } catch (SQLException e) {
                        throw new AssertionError(e);
                    }
                });
                assertThat(refusal(second)).contains("another class loader");
                assertThat(value(borrowed, threads)).isEqualTo(unusual);
            }
            assertThat(met.get(1, TimeUnit.MINUTES)).isEqualTo(usual);
        }
        // What the first would have done to the second, by the driver alone.
        Driver driver = (Driver)
                two.get(0).load(DuckDBDriver.class).getDeclaredConstructor().newInstance();
        try (Connection mine = driver.connect("jdbc:duckdb:" + file(), new Properties());
                Connection their = driver.connect("jdbc:duckdb:" + file(), new Properties());
                Statement statement = mine.createStatement()) {
            statement.execute("SET GLOBAL threads = 7");
            assertThat(value(their, threads)).isEqualTo("7");
        }
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Why those who bring a driver each can't share what is open: neither DuckDB knows that the other has the file, and the system doesn't say so either. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void eachHasADuckDbOfItsOwnAndNothingKeepsTheTwoApart() throws Exception {
        String url = "jdbc:duckdb:" + file();
        List<Connection> open = new ArrayList<>();
        try {
            for (OtherClassLoader loader : two(Drivers.ONE_EACH)) {
                Driver driver = (Driver)
                        loader.load(DuckDBDriver.class).getDeclaredConstructor().newInstance();
                open.add(driver.connect(url, new Properties()));
            }
            assertThat(open).hasSize(2).doesNotContainNull().allSatisfy(each -> assertThat(each)
                    .isNotInstanceOf(DuckDBConnection.class));
            try (var mappings = Files.lines(Path.of("/proc/self/maps"))) {
                assertThat(mappings.filter(line -> line.contains("duckdb") && line.contains(".so"))
                                .map(line -> line.substring(line.indexOf('/')))
                                .collect(Collectors.toSet()))
                        .as("native libraries")
                        .hasSizeGreaterThanOrEqualTo(2);
            }
        } finally {
            for (Connection each : open) {
                each.close();
            }
        }
    }
}
