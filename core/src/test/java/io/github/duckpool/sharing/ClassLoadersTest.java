package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.Sharing;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Two class loaders of one process, each with a duckpool and a DuckDB of its own, on one file. */
class ClassLoadersTest {
    private static final int MANY = 200;

    @TempDir
    Path directory;

    private Path file;
    private URLClassLoader other;

    @BeforeEach
    void makeClassLoader() {
        file = directory.resolve("letters.duckdb");
        URL[] urls = Arrays.stream(
                        ChildJvm.classPath(ClassLoadersTest.class).split(System.getProperty("path.separator")))
                .map(ClassLoadersTest::url)
                .toArray(URL[]::new);
        other = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    @AfterEach
    void closeClassLoader() throws Exception {
        other.close();
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private DuckPoolBuilder builder() {
        return DuckPool.builder().database(file).borrowTimeout(Duration.ofMinutes(1));
    }

    /** A pool of the other class loader, of which only the types of the JDK are known here. */
    private DataSource theirs(boolean readOnly) throws ReflectiveOperationException {
        Object builder =
                other.loadClass(DuckPool.class.getName()).getMethod("builder").invoke(null);
        builder.getClass().getMethod("database", Path.class).invoke(builder, file);
        builder.getClass().getMethod("borrowTimeout", Duration.class).invoke(builder, Duration.ofMinutes(1));
        if (readOnly) {
            Class<?> sharing = other.loadClass(Sharing.class.getName());
            builder.getClass()
                    .getMethod("sharing", sharing)
                    .invoke(builder, sharing.getMethod("readOnly").invoke(null));
        }
        Object pool = builder.getClass().getMethod("build").invoke(builder);
        assertThat(pool.getClass()).isNotSameAs(DuckPool.class);
        return (DataSource) pool;
    }

    private static void run(DataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void runMany(DataSource pool) {
        for (int i = 0; i < MANY; i++) {
            try {
                run(pool, "INSERT INTO letter VALUES (3)");
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void bothWriteInTurns() throws Exception {
        try (DuckPool mine = builder()
                .sharing(Sharing.cooperative().withMinSlice(Duration.ofMillis(5)))
                .build()) {
            run(mine, "CREATE TABLE letter (id INTEGER)");
            DataSource theirs = theirs(false);
            try (AutoCloseable closing = (AutoCloseable) theirs) {
                for (int i = 0; i < 5; i++) {
                    run(theirs, "INSERT INTO letter VALUES (1)");
                    run(mine, "INSERT INTO letter VALUES (2)");
                }
                CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> runMany(theirs));
                runMany(mine);
                writing.get(1, TimeUnit.MINUTES);
            }
            assertThat(Letters.count(mine)).isEqualTo(10 + 2 * MANY);
        }
        try (DuckPool reading = builder().build()) {
            assertThat(Letters.count(reading)).isEqualTo(10 + 2 * MANY);
        }
    }

    /** Whoever of two readers closes the file first would drop the lock of both, and let a writer in. */
    @Test
    void bothReadInTurnsToo() throws Exception {
        try (DuckPool pool = builder().build()) {
            run(pool, "CREATE TABLE letter (id INTEGER)");
        }
        DataSource theirs = theirs(true);
        try (AutoCloseable closing = (AutoCloseable) theirs;
                DuckPool mine = builder().sharing(Sharing.readOnly()).build()) {
            try (Connection reading = theirs.getConnection()) {
                Throwable refused;
                do {
                    refused = catchThrowable(() -> mine.getConnection(Duration.ofMillis(300)));
                } while (String.valueOf(refused).contains("is not open")); // the lease's thread has not run yet
                assertThat(refused)
                        .isInstanceOf(SQLTransientConnectionException.class)
                        .hasMessageContaining("another class loader");
                assertThat(reading.isClosed()).isFalse();
            }
            assertThat(Letters.count(mine)).isZero();
        }
    }

    /** Why they can't share what is open: neither DuckDB knows that the other has the file, and the system doesn't say so either. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void eachHasADuckDbOfItsOwnAndNothingKeepsTheTwoApart() throws Exception {
        String url = "jdbc:duckdb:" + file;
        Driver theirs = (Driver) other.loadClass(DuckDBDriver.class.getName())
                .getDeclaredConstructor()
                .newInstance();
        try (Connection mine = new DuckDBDriver().connect(url, new Properties());
                Connection their = theirs.connect(url, new Properties())) {
            assertThat(mine.isClosed()).isFalse();
            assertThat(their.isClosed()).isFalse();
            try (var mappings = Files.lines(Path.of("/proc/self/maps"))) {
                assertThat(mappings.filter(line -> line.contains("duckdb") && line.contains(".so"))
                                .map(line -> line.substring(line.indexOf('/')))
                                .collect(Collectors.toSet()))
                        .as("native libraries")
                        .hasSizeGreaterThanOrEqualTo(2);
            }
        }
    }
}
