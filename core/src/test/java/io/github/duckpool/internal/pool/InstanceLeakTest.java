package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What all sessions share is after a borrow as it was before, as far as the borrower's SQL changed it. */
@Timeout(60)
class InstanceLeakTest {
    private static final String DATABASES =
            "SELECT string_agg(database_name || CASE WHEN readonly THEN ' (read-only)' ELSE '' END, ', ' ORDER BY 1)"
                    + " FROM duckdb_databases() WHERE NOT internal";

    @TempDir
    Path directory;

    private DuckPool pool(String... initSql) throws SQLException {
        var builder = DuckPool.builder().database(":memory:").maxSize(2);
        for (String sql : initSql) {
            builder.initSql(sql);
        }
        return builder.build();
    }

    private String file(String name) throws SQLException {
        Path file = directory.resolve(name);
        try (DuckPool pool = DuckPool.builder().database(file).build();
                Connection c = pool.getConnection()) {
            LeakTest.run(c, "CREATE TABLE IF NOT EXISTS letter AS SELECT 42 AS id");
        }
        return "'" + file + "'";
    }

    private static void borrow(DuckPool pool, String... sqls) throws SQLException {
        try (Connection c = pool.getConnection()) {
            for (String sql : sqls) {
                LeakTest.run(c, sql);
            }
        }
    }

    private static @Nullable String read(DuckPool pool, String sql) throws SQLException {
        try (Connection c = pool.getConnection()) {
            return OneSlot.value(c, sql);
        }
    }

    @Test
    void whatABorrowerDetachedIsAttachedAgain() throws SQLException {
        try (DuckPool pool = pool("ATTACH " + file("archive.db") + " AS archive")) {
            String before = read(pool, DATABASES);
            borrow(pool, "DETACH archive");
            assertThat(read(pool, DATABASES)).isEqualTo(before).contains("archive");
            assertThat(read(pool, "SELECT id FROM archive.letter")).isEqualTo("42");
        }
    }

    @Test
    void withTheSameRights() throws SQLException {
        try (DuckPool pool = pool("ATTACH " + file("archive.db") + " AS archive (READ_ONLY)")) {
            borrow(pool, "DETACH DATABASE IF EXISTS archive");
            assertThat(read(pool, DATABASES)).contains("archive (read-only)");
        }
    }

    @Test
    void anotherOneOfTheSameNameGivesWay() throws SQLException {
        try (DuckPool pool = pool("ATTACH " + file("archive.db") + " AS archive")) {
            borrow(pool, "DETACH archive", "ATTACH ':memory:' AS archive", "CREATE TABLE archive.mine (i INTEGER)");
            assertThat(read(pool, "SELECT id FROM archive.letter")).isEqualTo("42");
        }
    }

    @Test
    void whoAttachesAgainWhatItDetachedHasChangedNothing() throws SQLException {
        String file = file("archive.db");
        try (DuckPool pool = pool("ATTACH " + file + " AS archive")) {
            borrow(pool, "DETACH archive", "ATTACH " + file + " AS archive");
            assertThat(read(pool, "SELECT id FROM archive.letter")).isEqualTo("42");
        }
    }

    @Test
    void whatOthersHaveAttachedMeanwhileIsTheirs() throws SQLException {
        try (DuckPool pool = pool();
                Connection other = pool.getConnection()) {
            try (Connection c = pool.getConnection()) {
                LeakTest.run(c, "ATTACH ':memory:' AS mine");
                LeakTest.run(other, "ATTACH ':memory:' AS theirs");
                LeakTest.run(c, "ATTACH IF NOT EXISTS ':memory:' AS also_mine");
            }
            assertThat(OneSlot.value(other, DATABASES)).contains("theirs").doesNotContain("mine");
        }
    }

    /** Its contents went with it: all there is left to do is to say so. */
    @Test
    void aDatabaseInMemoryThatWasDetachedIsGone() throws SQLException {
        try (DuckPool pool = pool("ATTACH ':memory:' AS scratch")) {
            borrow(pool, "DETACH scratch", "ATTACH ':memory:' AS mine");
            assertThat(read(pool, DATABASES)).doesNotContain("scratch").doesNotContain("mine");
        }
    }

    @Test
    void aPersistentSecretLastsAsATableDoes() throws SQLException {
        try (DuckPool pool = pool("SET secret_directory = '" + directory.resolve("secrets") + "'")) {
            borrow(
                    pool,
                    "CREATE PERSISTENT SECRET kept (TYPE http, BEARER_TOKEN 'x')",
                    "CREATE SECRET fleeting (TYPE http, BEARER_TOKEN 'x')");
            assertThat(read(pool, "SELECT string_agg(name, ', ') FROM duckdb_secrets()"))
                    .isEqualTo("kept");
        }
    }

    @Test
    void aPathThatIsAnExpressionIsNoHidingPlace() throws SQLException {
        try (DuckPool pool = pool()) {
            String before = read(pool, DATABASES);
            try (Connection c = pool.getConnection()) {
                LeakTest.run(c, "SET VARIABLE p = '" + directory.resolve("mine.db") + "'");
                if (RealErrorsTest.isVersion("1.")) {
                    LeakTest.fail(c, "ATTACH getvariable('p')");
                } else {
                    LeakTest.run(c, "ATTACH getvariable('p')");
                    assertThat(OneSlot.value(c, DATABASES)).contains("mine");
                }
            }
            assertThat(read(pool, DATABASES)).isEqualTo(before);
        }
    }

    /** It can't be looked at when the statement has failed; it is when the borrow is over. */
    @Test
    void whatAFailingTextHadAttachedIsDetached() throws SQLException {
        try (DuckPool pool = pool()) {
            String before = read(pool, DATABASES);
            try (Connection c = pool.getConnection()) {
                c.setAutoCommit(false);
                LeakTest.fail(c, "ATTACH ':memory:' AS mine; SELECT * FROM missing");
            }
            assertThat(read(pool, DATABASES)).isEqualTo(before);
        }
    }
}
