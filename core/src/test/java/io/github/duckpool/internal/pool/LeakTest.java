package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing that a borrower leaves behind is found by the next one. Each trace is left and looked for through a pool of one
 * connection, and again through a pool that keeps connections as they are, where it must be found: else the look proves
 * nothing.
 */
@Timeout(60)
class LeakTest {
    @TempDir
    static Path directory;

    /** What a borrower does. */
    @FunctionalInterface
    interface Deed {
        void on(Connection connection) throws SQLException;
    }

    /** What the next one finds, as text. */
    @FunctionalInterface
    interface Look {
        @Nullable
        String at(Connection connection) throws SQLException;
    }

    enum Trace {
        TEMP_TABLE(
                sql("CREATE TEMP TABLE mine AS SELECT 1"),
                value("SELECT count(*) FROM duckdb_tables() WHERE temporary")),
        TEMP_VIEW(
                sql("CREATE OR REPLACE TEMPORARY VIEW mine AS SELECT 1"),
                value("SELECT count(*) FROM duckdb_views() WHERE temporary AND NOT internal")),
        TEMP_MACRO(
                sql("CREATE TEMP MACRO mine() AS 1"),
                value("SELECT count(*) FROM duckdb_functions() WHERE function_name = 'mine'")),
        TEMP_SEQUENCE(sql("CREATE TEMP SEQUENCE mine"), value("SELECT count(*) FROM duckdb_sequences()")),
        TEMP_TABLE_IN_A_LATER_STATEMENT(
                sql("SELECT 1; /* ; */ CREATE TEMP TABLE mine AS SELECT 1"),
                value("SELECT count(*) FROM duckdb_tables() WHERE temporary")),
        TEMP_TABLE_PREPARED(
                c -> {
                    try (PreparedStatement s = c.prepareStatement("CREATE TEMP TABLE mine AS SELECT 1")) {
                        s.execute();
                    }
                },
                value("SELECT count(*) FROM duckdb_tables() WHERE temporary")),
        TEMP_TABLE_BATCHED(
                c -> {
                    try (Statement s = c.createStatement()) {
                        s.addBatch("CREATE TEMP TABLE mine (i INTEGER)");
                        s.addBatch("INSERT INTO mine VALUES (1)");
                        s.executeBatch();
                    }
                },
                value("SELECT count(*) FROM duckdb_tables() WHERE temporary")),
        SETTING(sql("SET errors_as_json = true"), value("SELECT current_setting('errors_as_json')")),
        SETTING_BY_PRAGMA(
                sql("PRAGMA enable_profiling = 'no_output'"),
                value("SELECT coalesce(value, '') FROM duckdb_settings() WHERE name = 'enable_profiling'")),
        SETTING_OF_THE_INSTANCE(sql("SET threads = 3"), value("SELECT current_setting('threads')")),
        SETTING_OF_THE_INSTANCE_BY_PRAGMA(
                sql("PRAGMA memory_limit = '123MB'"), value("SELECT current_setting('memory_limit')")),
        DEFAULT_ORDER(
                sql("SET GLOBAL default_null_order = 'nulls_first'"),
                value("SELECT lower(current_setting('default_null_order'))")),
        RESET_OF_THE_INSTANCE(
                c -> {
                    run(c, "SET threads = 5");
                    run(c, "RESET threads");
                    run(c, "SET threads = 5");
                },
                value("SELECT current_setting('threads')")),
        VARIABLE(sql("SET VARIABLE mine = 42"), value("SELECT getvariable('mine')")),
        USE(sql("USE other"), value("SELECT current_schema()")),
        SEARCH_PATH(sql("SET search_path = 'other'"), value("SELECT current_schema()")),
        SCHEMA_BY_JDBC(c -> c.setSchema("other"), value("SELECT current_schema()")),
        RANDOM_SEED(sql("SELECT setseed(0.5)"), value("SELECT round(random(), 6) = (SELECT seeded FROM first_random)")),
        PREPARED_BY_NAME(sql("PREPARE mine AS SELECT 1"), c -> {
            try {
                return OneSlot.value(c, "EXECUTE mine");
            } catch (SQLException e) {
                return "unknown";
            }
        }),
        BEGIN_BY_SQL(
                c -> {
                    run(c, "BEGIN");
                    run(c, "INSERT INTO letter VALUES (1)");
                },
                value("SELECT count(*) FROM letter")),
        BEGIN_IN_A_COMMENT_S_SHADOW(
                sql("/* a */ -- b\n ; BEGIN TRANSACTION; INSERT INTO letter VALUES (1)"),
                value("SELECT count(*) FROM letter")),
        BEGIN_BY_SQL_AND_AN_ERROR(
                c -> {
                    run(c, "START TRANSACTION");
                    fail(c, "INSERT INTO keyed VALUES (1), (1)");
                },
                c -> {
                    try {
                        return OneSlot.value(c, "SELECT 'fine'");
                    } catch (SQLException e) {
                        return e.getMessage();
                    }
                }),
        OPEN_TRANSACTION(
                c -> {
                    c.setAutoCommit(false);
                    run(c, "INSERT INTO letter VALUES (1)");
                },
                c -> c.getAutoCommit() + OneSlot.value(c, "SELECT count(*) FROM letter")),
        AUTO_COMMIT_OFF(c -> c.setAutoCommit(false), c -> String.valueOf(c.getAutoCommit())),
        ABORTED_TRANSACTION(
                c -> {
                    c.setAutoCommit(false);
                    fail(c, "INSERT INTO keyed VALUES (1), (1)");
                },
                c -> {
                    try {
                        return OneSlot.value(c, "SELECT 'fine'");
                    } catch (SQLException e) {
                        return e.getMessage();
                    }
                }),
        ATTACHED(
                sql("ATTACH ':memory:' AS mine"),
                value("SELECT count(*) FROM duckdb_databases() WHERE database_name = 'mine'")),
        ATTACHED_FILE_BY_ITS_NAME(
                c -> run(c, "ATTACH '" + directory.resolve("attached.db") + "'"),
                value("SELECT count(*) FROM duckdb_databases() WHERE database_name = 'attached'"));

        final Deed deed;
        final Look look;

        Trace(Deed deed, Look look) {
            this.deed = deed;
            this.look = look;
        }
    }

    static Deed sql(String sql) {
        return c -> run(c, sql);
    }

    static Look value(String sql) {
        return c -> OneSlot.value(c, sql);
    }

    static void run(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    static void fail(Connection c, String sql) {
        assertThatThrownBy(() -> run(c, sql)).isInstanceOf(SQLException.class);
    }

    private static DuckPool pool() throws SQLException {
        DuckPool pool = DuckPool.builder().database(":memory:").maxSize(1).build();
        try (Connection c = pool.getConnection()) {
            prepare(c);
        }
        return pool;
    }

    private static void prepare(Connection c) throws SQLException {
        run(c, "CREATE TABLE letter (id INTEGER)");
        run(c, "CREATE TABLE keyed (id INTEGER PRIMARY KEY)");
        run(c, "CREATE SCHEMA other");
        run(c, "SELECT setseed(0.5)");
        run(c, "CREATE TABLE first_random AS SELECT round(random(), 6) AS seeded");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftBehind(Trace trace) throws SQLException {
        try (DuckPool pool = pool()) {
            String before;
            try (Connection c = pool.getConnection()) {
                before = trace.look.at(c);
            }
            try (Connection c = pool.getConnection()) {
                trace.deed.on(c);
            }
            try (Connection c = pool.getConnection()) {
                assertThat(trace.look.at(c)).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPoolThatKeepsConnectionsAsTheyAreIsFoundOut(Trace trace) throws Exception {
        try (DuckDBConnection anchor = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                GenericObjectPool<Connection> naive = new GenericObjectPool<>(duplicatesOf(anchor))) {
            prepare(anchor);
            Connection c = naive.borrowObject();
            String before = trace.look.at(c);
            naive.returnObject(c);
            c = naive.borrowObject();
            trace.deed.on(c);
            naive.returnObject(c);
            c = naive.borrowObject();
            assertThat(trace.look.at(c)).isNotEqualTo(before);
            naive.returnObject(c);
        }
    }

    private static BasePooledObjectFactory<Connection> duplicatesOf(DuckDBConnection anchor) {
        return new BasePooledObjectFactory<>() {
            @Override
            public Connection create() throws SQLException {
                return anchor.duplicate();
            }

            @Override
            public PooledObject<Connection> wrap(Connection connection) {
                return new DefaultPooledObject<>(connection);
            }

            @Override
            public void destroyObject(PooledObject<Connection> pooled) throws Exception {
                pooled.getObject().close();
            }
        };
    }

    @Test
    void aStreamThatWasNotReadToItsEndDisturbsNobody() throws SQLException {
        Properties streaming = new Properties();
        streaming.setProperty("jdbc_stream_results", "true");
        try (DuckDBConnection anchor = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", streaming);
                DuckPool pool = DuckPool.builder()
                        .dataSource(new Duplicates(anchor))
                        .maxSize(1)
                        .build()) {
            ResultSet stream;
            try (Connection c = pool.getConnection()) {
                stream = c.createStatement().executeQuery("SELECT range FROM range(1000000)");
                stream.next();
            }
            try (Connection c = pool.getConnection()) {
                assertThat(OneSlot.value(c, "SELECT count(*) FROM range(100000)"))
                        .isEqualTo("100000");
            }
            assertThat(stream.isClosed()).isTrue();
            assertThatThrownBy(stream::next).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void anAppenderThatWasLeftOpenIsPowerless() throws SQLException {
        try (DuckPool pool = pool()) {
            DuckDBAppender appender;
            DuckDBConnection raw;
            try (Connection c = pool.getConnection()) {
                raw = c.unwrap(DuckDBConnection.class);
                appender = raw.createAppender("letter");
            }
            // The native connection is closed off the returning thread, for its end may take long.
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (!raw.isClosed() && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(raw.isClosed()).isTrue();
            try (Connection c = pool.getConnection()) {
                assertThatThrownBy(() -> {
                            appender.beginRow();
                            appender.append(8);
                            appender.endRow();
                            appender.flush();
                        })
                        .isInstanceOfAny(SQLException.class, NullPointerException.class);
                assertThat(OneSlot.value(c, "SELECT count(*) FROM letter")).isEqualTo("0");
            }
        }
    }

    static Stream<Integer> tuned() {
        return Stream.of(0, 1, 2, 3, 4);
    }

    /** What is set on a statement ends with it, although its native statement goes on. */
    @ParameterizedTest
    @MethodSource("tuned")
    void whatWasSetOnAStatementEndsWithIt(int what) throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            String text = "SELECT ?::INTEGER";
            try (Connection c = slot.borrow();
                    PreparedStatement s = c.prepareStatement(text)) {
                switch (what) {
                    case 0 -> s.setQueryTimeout(9);
                    case 1 -> s.setInt(1, 42);
                    case 2 -> s.setFetchSize(3);
                    case 3 -> {
                        s.setInt(1, 42);
                        s.addBatch();
                    }
                    default -> c.setNetworkTimeout(Runnable::run, 5_000);
                }
            }
            try (LentConnection c = slot.borrow();
                    PreparedStatement s = c.prepareStatement(text)) {
                assertThat(s.getQueryTimeout()).isZero();
                assertThat(c.getNetworkTimeout()).isZero();
                assertThat(s.executeBatch()).isEmpty();
            }
            assertThat(slot.kept()).isEqualTo(2);
            if (what == 1) {
                try (LentConnection c = slot.borrow();
                        PreparedStatement s = c.prepareStatement(text)) {
                    assertThat(c.session().cacheHits()).isPositive();
                    assertThat(executed(s)).isNotEqualTo("42");
                }
            }
        }
    }

    private static @Nullable String executed(PreparedStatement s) {
        try (ResultSet rows = s.executeQuery()) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            return e.getMessage();
        }
    }

    @Test
    void whatJdbcKeepsPerConnectionEndsWithTheBorrow() throws SQLException {
        try (DuckPool pool = pool()) {
            try (Connection c = pool.getConnection()) {
                c.setReadOnly(true);
                c.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
                c.setClientInfo("ApplicationName", "letters");
                c.setNetworkTimeout(Runnable::run, 1_000);
                c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
            try (Connection c = pool.getConnection()) {
                assertThat(c.isReadOnly()).isFalse();
                assertThat(c.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
                assertThat(c.getClientInfo()).isEmpty();
                assertThat(c.getNetworkTimeout()).isZero();
                assertThat(c.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
            }
            assertThat(pool.stats().borrows()).isEqualTo(3);
        }
    }

    @Test
    void cleanSqlKeepsTheSession() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            slot.elsewhere("CREATE TABLE letter (id INTEGER)");
            Session session = slot.session();
            for (String clean : Arrays.asList(
                    "SELECT 1",
                    "/* a 'quote */ SELECT 'it''s; SET x = 1' -- BEGIN",
                    "INSERT INTO letter VALUES (1)",
                    "WITH a AS (SELECT 1 AS x) SELECT * FROM a; UPDATE letter SET id = 2",
                    "DELETE FROM letter",
                    "CREATE TABLE kept (i INTEGER)",
                    "CREATE OR REPLACE VIEW seen AS SELECT * FROM kept",
                    "DROP VIEW seen",
                    "EXPLAIN SELECT 1",
                    "CHECKPOINT")) {
                try (LentConnection c = slot.borrow()) {
                    run(c, clean);
                    assertThat(c.session()).as(clean).isSameAs(session);
                }
            }
            assertThat(slot.discarded).isZero();
        }
    }
}
