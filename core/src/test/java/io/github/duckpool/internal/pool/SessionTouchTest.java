package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.duckdb.DuckDBConnection;

/**
 * A text that counts as clean leaves nothing behind: DuckDB itself is asked, which runs what the test makes up. The texts are
 * cut and glued so that a touching statement hides behind quotes, comments and odd characters as well as chance can make it.
 */
class SessionTouchTest {
    private static DuckDBConnection anchor;

    @BeforeContainer
    static void open() throws SQLException {
        anchor = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
        try (Statement s = anchor.createStatement()) {
            s.execute("CREATE SCHEMA other");
            s.execute("CREATE TABLE t (i INTEGER)");
        }
    }

    @AfterContainer
    static void close() throws SQLException {
        anchor.close();
    }

    private static final List<String> PAYLOADS = List.of(
            "SET VARIABLE leak = 1",
            "CREATE TEMP TABLE IF NOT EXISTS leak AS SELECT 1",
            "CREATE TABLE IF NOT EXISTS temp.leak AS SELECT 1",
            "CREATE OR REPLACE TEMPORARY VIEW leak AS SELECT 1",
            "CREATE OR REPLACE TEMP MACRO leak() AS 1",
            "USE other",
            "SET search_path = 'other'",
            "BEGIN",
            "START TRANSACTION",
            "PREPARE leak AS SELECT 1",
            "SET errors_as_json = true",
            "PRAGMA errors_as_json = true",
            "RESET schema");

    private static final List<String> NOISE = List.of(
            "SELECT 1",
            "SELECT 'a'",
            "FROM t",
            "VALUES (1)",
            "INSERT INTO t VALUES (1)",
            "EXPLAIN ",
            "EXPLAIN ANALYZE ",
            "EXPLAIN (FORMAT json) ",
            "SELECT ",
            "AS x",
            "(",
            ")",
            "1",
            "x",
            "'",
            "''",
            "\"",
            "\"\"",
            "E'",
            "e'\\'",
            "E'\\\\",
            "\\",
            "x'",
            "U&'",
            "U&\"",
            "$$",
            "$a$",
            "$1$",
            "$1",
            "$",
            "a$b$",
            "1$$",
            "/*",
            "*/",
            "/**/",
            "//",
            "--",
            "--\n",
            "-",
            "\n",
            "\r",
            "\t",
            "\f",
            "\u000b",
            " ",
            "\u00a0",
            "\u2003",
            "\ufeff",
            "\u200b",
            "#",
            "`",
            "?",
            ",",
            ".",
            ":",
            "ä",
            "漢",
            "\ud83e\udd86",
            "ſ");

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> noise = Arbitraries.of(NOISE);
        Arbitrary<String> separator = Arbitraries.of(";", "; ", ";\n", " ; ", "");
        Arbitrary<String> piece = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, noise),
                net.jqwik.api.Tuple.of(2, separator),
                net.jqwik.api.Tuple.of(2, Arbitraries.of(PAYLOADS)));
        Arbitrary<String> soup = piece.list().ofMinSize(1).ofMaxSize(8).map(pieces -> String.join("", pieces));
        // Two whole statements with something between them: most of these run.
        Arbitrary<String> hidden = Combinators.combine(
                        noise.list().ofMaxSize(2).map(pieces -> "SELECT " + String.join("", pieces) + "1"),
                        noise.list().ofMaxSize(3).map(pieces -> String.join("", pieces)),
                        separator,
                        Arbitraries.of(PAYLOADS),
                        noise.list().ofMaxSize(2).map(pieces -> String.join("", pieces)))
                .as((first, between, cut, payload, last) -> first + between + cut + payload + last);
        return Arbitraries.oneOf(soup, hidden);
    }

    @Property(tries = 4_000)
    void nothingThatCountsAsCleanLeavesATrace(@ForAll("texts") String sql) throws SQLException {
        if (SessionTouch.of(sql) == SessionTouch.CLEAN) {
            assertThat(traceOf(sql)).as(sql).isEqualTo(TRACELESS);
        }
    }

    private static final String TRACELESS = "false false main false";

    /** Runs a text on a connection of its own, and looks at what it left in it. */
    private static String traceOf(String sql) throws SQLException {
        try (Connection c = anchor.duplicate();
                Statement s = c.createStatement()) {
            try {
                s.execute(sql);
            } catch (SQLException e) {
                // Most of the texts are no SQL, and half of one may have run.
                return look(c);
            }
            return look(c);
        }
    }

    private static String look(Connection c) throws SQLException {
        boolean began = false;
        try (Statement s = c.createStatement()) {
            s.execute("BEGIN");
            s.execute("ROLLBACK");
        } catch (SQLException e) {
            began = true;
            try (Statement s = c.createStatement()) {
                s.execute("ROLLBACK");
            }
        }
        return began + " "
                + OneSlot.value(
                        c,
                        "SELECT (getvariable('leak') IS NOT NULL OR current_setting('errors_as_json')"
                                + " OR (SELECT count(*) FROM duckdb_tables() WHERE temporary) > 0"
                                + " OR (SELECT count(*) FROM duckdb_views() WHERE view_name = 'leak') > 0"
                                + " OR (SELECT count(*) FROM duckdb_functions() WHERE function_name = 'leak') > 0)"
                                + " || ' ' || current_schema()")
                + " " + isPrepared(c);
    }

    private static boolean isPrepared(Connection c) {
        try {
            OneSlot.value(c, "EXECUTE leak");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @Example
    void theTestSeesWhatAPayloadLeaves() throws SQLException {
        for (String payload : PAYLOADS) {
            assertThat(SessionTouch.of(payload)).as(payload).isNotEqualTo(SessionTouch.CLEAN);
            if (!payload.startsWith("RESET") && !payload.startsWith("CREATE TABLE")) {
                assertThat(traceOf(payload)).as(payload).isNotEqualTo(TRACELESS);
            }
        }
    }

    /** If everything counted as touching, the property would hold and the pool would keep nothing. */
    @Example
    void plainStatementsAreClean() {
        for (String sql : List.of(
                "SELECT 1",
                "select \"set\", 'SET x = 1', $$BEGIN$$, $a$;USE x;$a$ from t -- ; BEGIN",
                "/* BEGIN; */ SELECT 1 /* ; SET x = 1 */;",
                "SELECT $1, $name, ? FROM t WHERE a$b > 1",
                "INSERT INTO t VALUES (?) RETURNING i",
                "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
                "SELECT E'a\\nb', x'00', 1_000, 1e5, .5, 'it''s'",
                "FROM t SELECT i;",
                "(SELECT 1) UNION ALL (SELECT 2)",
                "MERGE INTO t USING u ON (t.i = u.i) WHEN MATCHED THEN DELETE",
                "SELECT begin, commit FROM \"temp\"",
                "COPY t TO 'x.csv'",
                "SELECT 'ä' AS ö, '漢字'")) {
            assertThat(SessionTouch.of(sql)).as(sql).isEqualTo(SessionTouch.CLEAN);
        }
    }

    @Example
    void whatIsUnknownTouches() {
        for (String sql : List.of(
                "LOAD json",
                "INSTALL json",
                "EXECUTE x",
                "DEALLOCATE x",
                "CREATE SECRET (TYPE s3)",
                "CREATE TRIGGER x",
                "FROBNICATE",
                "1",
                "'SELECT 1'",
                "\"SELECT\" 1",
                "SELECT 1; FROBNICATE",
                "SELECT 'a\\' ; SET x = 1 --'",
                "SELECT E'\\'' ; SET x = 1 --'",
                "SELECT 1 /* /* */ */",
                "SELECT 'open",
                "SELECT \u00a01",
                "SELECT setseed(0.1)",
                "SELECT \"setseed\" (0.1)",
                "SELECT (0.1).setseed()",
                "SELECT * FROM query /* x */ ('SELECT 1')",
                "EXPLAIN ANALYZE SET x = 1",
                "EXPLAIN (FORMAT json) SET x = 1",
                "CREATE OR REPLACE TABLE temp.t (i INTEGER)",
                "CREATE VIEW \"TEMP\".v AS SELECT 1")) {
            assertThat(SessionTouch.of(sql) & SessionTouch.TOUCHED).as(sql).isNotZero();
        }
    }

    /**
     * Functions that do more than compute, as far as DuckDB marks them. A version that brings another one fails here, so that
     * somebody looks whether it leaves something in the session.
     */
    @Example
    void noFunctionWithSideEffectsIsUnknown() throws SQLException {
        Set<String> known = Set.of(
                "add_parquet_key",
                "current_connection_id",
                "current_query",
                "current_query_id",
                "current_transaction_id",
                "currval",
                "error",
                "gen_random_uuid",
                "in_search_path",
                "get_current_time",
                "nextval",
                "random",
                "set_bit",
                "setseed",
                "setval",
                "sleep_ms",
                "stats",
                "user_agent",
                "uuid",
                "uuidv4",
                "uuidv7",
                "vector_type",
                "write_log");
        Set<String> found = new TreeSet<>();
        try (Statement s = anchor.createStatement();
                ResultSet rows = s.executeQuery(
                        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE has_side_effects OR stability ="
                                + " 'VOLATILE' UNION SELECT DISTINCT function_name FROM duckdb_functions() WHERE"
                                + " function_type IN ('table', 'scalar') AND regexp_matches(function_name,"
                                + " '^(set|reset|enable|disable|use|begin|commit|rollback|attach|detach|execute|json_execute)')")) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        found.removeAll(known);
        found.removeIf(name -> SessionTouch.of("SELECT * FROM " + name + "()") != SessionTouch.CLEAN);
        assertThat(found).isEmpty();
    }
}
