package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
        /** Transaction control beside it must not hide it. */
        ATTACHED_WITHIN_A_TRANSACTION(
                sql("BEGIN; ATTACH ':memory:' AS mine; COMMIT"),
                value("SELECT count(*) FROM duckdb_databases() WHERE database_name = 'mine'")),
        ATTACHED_BY_A_QUOTED_NAME(
                sql("ATTACH ':memory:' AS \"mi\"\"ne\""),
                value("SELECT count(*) FROM duckdb_databases() WHERE database_name = 'mi\"ne'")),
        SECRET(sql("CREATE SECRET mine (TYPE http, BEARER_TOKEN 'x')"), value("SELECT count(*) FROM duckdb_secrets()")),
        SECRET_WITHOUT_A_NAME(
                sql("CREATE OR REPLACE TEMPORARY SECRET (TYPE http, BEARER_TOKEN 'x')"),
                value("SELECT count(*) FROM duckdb_secrets()")),
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

    static DuckPool pool() throws SQLException {
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
}
