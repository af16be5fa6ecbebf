package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.Properties;
import javax.sql.DataSource;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways to name a database, and what settings do to a real one. */
@Timeout(60)
class DatabaseKindsTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    private static String setting(Connection c, String name) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet result = statement.executeQuery("SELECT current_setting('" + name + "')")) {
            result.next();
            return result.getString(1);
        }
    }

    @Test
    void settingsReachTheDatabaseFromWhereverTheyAreGiven() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("default_order", "DESC");
        try (DuckPool pool = DuckPool.builder()
                        .url("jdbc:duckdb:" + file() + ";threads=1", properties)
                        .sharing(Sharing.exclusive())
                        .memoryLimit("123MiB")
                        .build();
                Connection c = pool.getConnection()) {
            assertThat(setting(c, "threads")).isEqualTo("1");
            assertThat(setting(c, "default_order")).isEqualToIgnoringCase("DESC");
            assertThat(setting(c, "memory_limit")).isEqualTo("123.0 MiB");
            assertThat(file()).isRegularFile();
        }
        try (DuckPool pool = DuckPool.builder().database(":memory:").oltp().build();
                Connection c = pool.getConnection()) {
            assertThat(setting(c, "threads")).isEqualTo("1");
        }
        try (DuckPool pool = DuckPool.builder().database(":memory:").analytics().build();
                Connection c = pool.getConnection()) {
            assertThat(setting(c, "preserve_insertion_order")).isEqualTo("false");
        }
    }

    @Test
    void usersAndPasswordsAreNoOtherConfiguration() throws Exception {
        Properties frameworks = new Properties();
        frameworks.setProperty("user", "");
        frameworks.setProperty("password", "");
        try (Connection plain = DriverManager.getConnection("jdbc:duckdb:" + file());
                DuckPool pool = DuckPool.builder()
                        .url("jdbc:duckdb:" + file() + ";user=sa;password=", frameworks)
                        .sharing(Sharing.exclusive())
                        .build();
                Connection c = pool.getConnection()) {
            DuckPoolTest.run(plain, "CREATE TABLE t AS SELECT 7 AS x");
            assertThat(DuckPoolTest.intOf(c, "SELECT x FROM t")).isEqualTo(7);
        }
    }

    @Test
    void readOnlyRefusesToWriteAndLetsOthersRead() throws Exception {
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + file())) {
            DuckPoolTest.run(c, "CREATE TABLE t AS SELECT 7 AS x");
        }
        DuckPoolBuilder builder =
                DuckPool.builder().database(file()).readOnly(true).sharing(Sharing.exclusive());
        try (DuckPool one = builder.build();
                DuckPool two = builder.build();
                Connection a = one.getConnection();
                Connection b = two.getConnection()) {
            assertThat(DuckPoolTest.intOf(a, "SELECT x FROM t")).isEqualTo(7);
            assertThat(DuckPoolTest.intOf(b, "SELECT x FROM t")).isEqualTo(7);
            assertThat(a.isReadOnly()).isTrue();
            assertThatThrownBy(() -> DuckPoolTest.run(a, "INSERT INTO t VALUES (8)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void privateMemoryIsOneDatabasePerPoolAndNamedMemoryOnePerProcess() throws Exception {
        try (DuckPool one = DuckPool.builder().url("jdbc:duckdb:").build();
                DuckPool two = DuckPool.builder().url("jdbc:duckdb:").build();
                Connection a = one.getConnection();
                Connection b = one.getConnection();
                Connection c = two.getConnection()) {
            DuckPoolTest.run(a, "CREATE TABLE t AS SELECT 7 AS x");
            assertThat(DuckPoolTest.intOf(b, "SELECT x FROM t")).isEqualTo(7);
            assertThat(DuckPoolTest.intOf(c, "SELECT count(*) FROM duckdb_tables()"))
                    .isZero();
        }
        try (DuckPool one = DuckPool.builder().database(":memory:shared").build();
                DuckPool two =
                        DuckPool.builder().url("jdbc:duckdb::memory:shared").build();
                Connection a = one.getConnection();
                Connection b = two.getConnection()) {
            DuckPoolTest.run(a, "CREATE TABLE t AS SELECT 7 AS x");
            assertThat(DuckPoolTest.intOf(b, "SELECT x FROM t")).isEqualTo(7);
        }
    }

    @Test
    void memoryOutlivesItsConnectionsUntilThePoolIsClosed() throws Exception {
        DuckPool pool = DuckPool.builder().database(":memory:").build();
        try (Connection c = pool.getConnection()) {
            DuckPoolTest.run(c, "CREATE TABLE t AS SELECT 7 AS x");
            c.abort(Runnable::run);
        }
        try (Connection c = pool.getConnection()) {
            assertThat(DuckPoolTest.intOf(c, "SELECT x FROM t")).isEqualTo(7);
        }
        pool.close();
    }

    @Test
    void duckDbsOwnDataSourceIsWrapped() throws Exception {
        Class<?> type;
        try {
            type = Class.forName("org.duckdb.DuckDBDataSource");
        } catch (ClassNotFoundException e) {
            type = null;
        }
        assumeThat(type)
                .as("SKIPPED: this driver has no data source of its own")
                .isNotNull();
        DataSource source = (DataSource) type.getConstructor(String.class).newInstance("jdbc:duckdb:" + file());
        DuckPool pool = DuckPool.builder()
                .dataSource(source)
                .threads(1)
                .initSql("CREATE TABLE t AS SELECT 7 AS x")
                .build();
        try (Connection a = pool.getConnection();
                Connection b = pool.getConnection()) {
            assertThat(DuckPoolTest.intOf(a, "SELECT x FROM t")).isEqualTo(7);
            assertThat(DuckPoolTest.intOf(b, "SELECT x FROM t")).isEqualTo(7);
            assertThat(setting(b, "threads")).isEqualTo("1");
            assertThat(b.unwrap(DuckDBConnection.class)).isNotNull();
        }
        assertThat(pool.unwrap(type)).isSameAs(source);
        pool.close();
        assertThat(BadInputTest.openFiles(file())).isEmpty();
    }

    /** Gives private databases, as the driver does for {@code jdbc:duckdb:}. */
    private static final class PrivateSource extends UselessSource {
        int given;

        @Override
        public Connection getConnection() throws SQLException {
            given++;
            return DriverManager.getConnection("jdbc:duckdb:");
        }
    }

    @Test
    void aSourceOfPrivateDatabasesIsAskedOnce() throws Exception {
        PrivateSource source = new PrivateSource();
        try (DuckPool pool = DuckPool.builder().dataSource(source).build();
                Connection a = pool.getConnection();
                Connection b = pool.getConnection()) {
            DuckPoolTest.run(a, "CREATE TABLE t AS SELECT 7 AS x");
            assertThat(DuckPoolTest.intOf(b, "SELECT x FROM t")).isEqualTo(7);
        }
        assertThat(source.given).isOne();
    }

    @Test
    void whatASourceCanNotDoIsRefused() throws Exception {
        PrivateSource source = new PrivateSource();
        try (DuckPool pool =
                DuckPool.builder().dataSource(source).readOnly(true).build()) {
            assertThatThrownBy(pool::getConnection)
                    .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContaining("a readOnly pool needs a data source that opens read-only");
        }
        try (DuckPool pool =
                DuckPool.builder().dataSource(source).setting("no_such", "1").build()) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no_such");
        }
        DataSource empty = new UselessSource() {
            @Override
            @SuppressWarnings("NullAway")
            public Connection getConnection() {
                return null;
            }
        };
        try (DuckPool pool = DuckPool.builder().dataSource(empty).build()) {
            assertThatThrownBy(pool::getConnection)
                    .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContaining("the data source must give a connection, was null");
        }
    }

    @Test
    void readOnlyInAnyCaseOpensReadOnly() throws Exception {
        DriverManager.getConnection("jdbc:duckdb:" + file()).close();
        String url = "jdbc:duckdb:" + file() + ";ACCESS_MODE=READ_ONLY";
        try (DuckPool one = DuckPool.builder().url(url).build();
                DuckPool two = DuckPool.builder().url(url).build();
                Connection a = one.getConnection();
                Connection b = two.getConnection()) {
            assertThat(a.isReadOnly() && b.isReadOnly()).isTrue();
            assertThatThrownBy(() -> DuckPoolTest.run(a, "CREATE TABLE t (x INTEGER)"))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void aLostAnchorIsReplaced() throws Exception {
        DuckDBConnection[] anchor = new DuckDBConnection[1];
        DataSource source = new UselessSource() {
            @Override
            public Connection getConnection() throws SQLException {
                anchor[0] = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file());
                return anchor[0];
            }
        };
        try (DuckPool pool = DuckPool.builder().dataSource(source).build()) {
            pool.getConnection().close();
            anchor[0].close(); // by somebody who had it too
            try (Connection kept = pool.getConnection()) {
                assertThat(DuckPoolTest.intOf(kept, "SELECT 1")).isOne();
                assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
            }
            for (boolean served = false; !served; ) {
                try (Connection c = pool.getConnection();
                        Connection d = pool.getConnection()) {
                    served = DuckPoolTest.intOf(c, "SELECT 1") + DuckPoolTest.intOf(d, "SELECT 1") == 2;
                } catch (SQLException e) {
                    assertThat((Throwable) e).hasStackTraceContaining("onnection");
                }
            }
        }
        assertThat(BadInputTest.openFiles(file())).isEmpty();
    }
}
