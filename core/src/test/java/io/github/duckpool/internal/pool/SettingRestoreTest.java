package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A setting is put back by the value itself, exactly, and nobody sees DuckDB's default in passing. */
@Timeout(60)
class SettingRestoreTest {
    private final List<String> repairs = new ArrayList<>();
    private @Nullable DuckDBConnection anchor;

    @AfterEach
    void close() throws SQLException {
        if (anchor != null) {
            anchor.close();
        }
    }

    private DuckDBConnection open(Map<String, String> settings, String... initSql) throws SQLException {
        Connection opened = AnchoredDatabase.connect("jdbc:duckdb:", settings);
        for (String sql : initSql) {
            LeakTest.run(opened, sql);
        }
        return anchor = opened.unwrap(DuckDBConnection.class);
    }

    /** Has a borrower run the SQL and return; the statements that put back what it changed are noted. */
    private void borrow(DuckDBConnection opened, Opening opening, String sql) throws SQLException {
        Session session = new Session(opened.duplicate(), 0, 0, new Instance(SharedState.opened(opening), opened));
        int touch = SessionTouch.of(sql);
        SessionSql.run(session, sql, touch, false, () -> {
            LeakTest.run(session.raw(), sql);
            return true;
        });
        session.destroy(Runnable::run);
        try (Connection fresh = opened.duplicate()) {
            session.restoreInstance(noting(Connection.class, fresh));
        }
        session.leaveInstance();
    }

    private <T> T noting(Class<T> type, T noted) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            if (method.getName().equals("execute")) {
                repairs.add((String) args[0]);
            }
            try {
                Object result = method.invoke(noted, args);
                return result instanceof Statement statement ? noting(Statement.class, statement) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static @Nullable String value(DuckDBConnection opened, String name) throws SQLException {
        return OneSlot.value(opened, "SELECT value FROM duckdb_settings() WHERE name = '" + name + "'");
    }

    @Test
    void whatInitSqlHadSet() throws SQLException {
        List<String> initSql = List.of("SET GLOBAL default_null_order = 'nulls_first'", "SET memory_limit = '2GB'");
        DuckDBConnection opened = open(Map.of(), initSql.toArray(new String[0]));
        Opening opening = new Opening(null, Map.of(), initSql, false);
        String order = value(opened, "default_null_order");
        borrow(opened, opening, "SET GLOBAL default_null_order = 'nulls_last_on_asc_first_on_desc'");
        assertThat(value(opened, "default_null_order")).isEqualTo(order);
        borrow(opened, opening, "SET memory_limit = '1GB'");
        assertThat(value(opened, "memory_limit")).isEqualTo("1.8 GiB");
        assertThat(repairs).isNotEmpty().noneMatch(sql -> sql.startsWith("RESET"));
    }

    /** What is shown of 2 GB is 1.8 GiB; to set that would take some away at each return. */
    @Test
    void aSizeThatWasGivenIsGivenAgain() throws SQLException {
        Map<String, String> settings = Map.of("memory_limit", "2GB");
        DuckDBConnection opened = open(settings);
        borrow(opened, new Opening(null, settings, List.of(), false), "SET memory_limit = '1GB'");
        assertThat(repairs).hasSize(1).allMatch(sql -> sql.startsWith("SET GLOBAL") && sql.endsWith("'2GB'"));
    }

    @Test
    void aSizeThatWasGivenByItsOtherName() throws SQLException {
        Map<String, String> settings = Map.of("max_memory", "2GB");
        DuckDBConnection opened = open(settings);
        borrow(opened, new Opening(null, settings, List.of(), false), "SET memory_limit = '1GB'");
        assertThat(repairs).hasSize(1).allMatch(sql -> sql.startsWith("SET GLOBAL") && sql.endsWith("'2GB'"));
    }

    @Test
    void aSizeThatNobodySetIsReset() throws SQLException {
        DuckDBConnection opened = open(Map.of());
        String before = value(opened, "memory_limit");
        borrow(opened, new Opening(null, Map.of(), List.of(), false), "SET memory_limit = '1GB'");
        assertThat(value(opened, "memory_limit")).isEqualTo(before);
        assertThat(repairs).hasSize(1).allMatch(sql -> sql.startsWith("RESET GLOBAL"));
    }

    @Test
    void whatNothingElseTellsIsSetToWhatItShowed() throws SQLException {
        try (Connection others = DriverManager.getConnection("jdbc:duckdb:")) {
            LeakTest.run(others, "SET memory_limit = '3GB'");
            DuckDBConnection opened = others.unwrap(DuckDBConnection.class);
            String before = value(opened, "memory_limit");
            borrow(opened, new Opening(null, Map.of(), List.of(), true), "SET memory_limit = '1GB'");
            assertThat(value(opened, "memory_limit")).isEqualTo(before);
            assertThat(repairs).noneMatch(sql -> sql.startsWith("RESET"));
        }
    }
}
