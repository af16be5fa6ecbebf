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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all sessions share is after a borrow as it was before, as far as the borrower's SQL changed it. */
@Timeout(60)
class InstanceLeakTest {
    private static final String DATABASES =
            "SELECT string_agg(database_name || CASE WHEN readonly THEN ' (read-only)' ELSE '' END, ', ' ORDER BY 1)"
                    + " FROM duckdb_databases() WHERE NOT internal";

    private static final String THREADS = "SELECT current_setting('threads')";

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

    /** Nothing can be looked at through an aborted transaction, and the SQL that ends it goes on to other things. */
    @Test
    void whatFollowsTheRollbackOfAnAbortedTransactionIsDetached() throws SQLException {
        try (DuckPool pool = pool()) {
            String before = read(pool, DATABASES);
            try (Connection c = pool.getConnection()) {
                LeakTest.run(c, "BEGIN");
                LeakTest.fail(c, "SELECT error('x')");
                LeakTest.run(c, "ROLLBACK; ATTACH ':memory:' AS mine");
            }
            assertThat(read(pool, DATABASES)).isEqualTo(before);
        }
    }

    /** What one failing text had done is not how things were before the next. */
    @Test
    void whatWasDoneBeforeATransactionFailedIsUndoneWhateverComesNext() throws SQLException {
        String secrets = "SELECT string_agg(name, ', ') FROM duckdb_secrets()";
        try (DuckPool pool = pool()) {
            String before = read(pool, DATABASES);
            try (Connection c = pool.getConnection()) {
                LeakTest.fail(c, "ATTACH ':memory:' AS mine; BEGIN; SELECT error('x')");
                LeakTest.run(c, "ROLLBACK");
                LeakTest.run(c, "ATTACH ':memory:' AS other");
            }
            assertThat(read(pool, DATABASES)).isEqualTo(before);
            try (Connection c = pool.getConnection()) {
                LeakTest.fail(c, "CREATE SECRET mine (TYPE http, BEARER_TOKEN 'x'); BEGIN; SELECT error('x')");
                LeakTest.run(c, "ROLLBACK");
                LeakTest.run(c, "CREATE SECRET other (TYPE http, BEARER_TOKEN 'x')");
            }
            assertThat(read(pool, secrets)).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSettingThatTwoChangeAtATimeIsBackAfterTheSecond(boolean firstInFirstOut) throws SQLException {
        try (DuckPool pool = pool("SET threads = 2")) {
            Connection one = pool.getConnection();
            LeakTest.run(one, "SET threads = 3");
            Connection two = pool.getConnection();
            LeakTest.run(two, "SET threads = 4");
            (firstInFirstOut ? one : two).close();
            assertThat(OneSlot.value(firstInFirstOut ? two : one, THREADS))
                    .as("what somebody counts on who is still there")
                    .isEqualTo("4");
            (firstInFirstOut ? two : one).close();
            assertThat(read(pool, THREADS)).isEqualTo("2");
        }
    }

    @Test
    void alsoByItsOtherName() throws SQLException {
        try (DuckPool pool = pool("SET memory_limit = '512MiB'")) {
            Connection one = pool.getConnection();
            LeakTest.run(one, "SET max_memory = '300MiB'");
            try (Connection two = pool.getConnection()) {
                LeakTest.run(two, "SET memory_limit = '400MiB'");
                one.close();
                assertThat(OneSlot.value(two, "SELECT current_setting('memory_limit')"))
                        .as("what somebody counts on who is still there")
                        .isEqualTo("400.0 MiB");
            }
            assertThat(read(pool, "SELECT current_setting('memory_limit')")).isEqualTo("512.0 MiB");
        }
    }

    @Test
    void whoComesWhileOneIsThereAndStaysLongerBelongsToThem() throws SQLException {
        try (DuckPool pool = pool("SET threads = 2")) {
            Connection last = pool.getConnection();
            LeakTest.run(last, "SET threads = 1");
            for (int i = 3; i < 6; i++) {
                Connection next = pool.getConnection();
                LeakTest.run(next, "SET threads = " + i);
                last.close();
                last = next;
            }
            last.close();
            assertThat(read(pool, THREADS)).isEqualTo("2");
        }
    }

    @Test
    void whoIsCutOffCountsOnNothing() throws SQLException {
        try (DuckPool pool = pool("SET threads = 2", "ATTACH ':memory:' AS scratch")) {
            Connection gone = pool.getConnection();
            LeakTest.run(gone, "SET threads = 3");
            LeakTest.run(gone, "ATTACH ':memory:' AS mine");
            Connection stays = pool.getConnection();
            LeakTest.run(stays, "SET threads = 4");
            gone.abort(Runnable::run);
            assertThat(OneSlot.value(stays, THREADS)).isEqualTo("4");
            assertThat(OneSlot.value(stays, DATABASES)).doesNotContain("mine");
            stays.abort(Runnable::run);
            assertThat(read(pool, THREADS)).isEqualTo("2");
        }
    }

    @Test
    void twoPoolsOfOneFileShareWhatTheyChange() throws SQLException {
        Path file = directory.resolve("letters.db");
        try (DuckPool one = DuckPool.builder().database(file).threads(2).build();
                DuckPool two = DuckPool.builder().database(file).threads(2).build()) {
            Connection first = one.getConnection();
            LeakTest.run(first, "SET threads = 3");
            Connection second = two.getConnection();
            LeakTest.run(second, "SET threads = 4");
            first.close();
            assertThat(read(one, THREADS)).isEqualTo("4");
            second.close();
            assertThat(read(one, THREADS)).isEqualTo("2");
        }
    }

    @Test
    void aDatabaseThatTwoAttachedIsDetachedAfterTheSecond() throws SQLException {
        String file = file("archive.db");
        try (DuckPool pool = pool()) {
            String before = read(pool, DATABASES);
            Connection one = pool.getConnection();
            LeakTest.run(one, "ATTACH IF NOT EXISTS " + file + " AS archive");
            Connection two = pool.getConnection();
            LeakTest.run(two, "ATTACH IF NOT EXISTS " + file + " AS archive");
            one.close();
            assertThat(OneSlot.value(two, "SELECT id FROM archive.letter")).isEqualTo("42");
            two.close();
            assertThat(read(pool, DATABASES)).isEqualTo(before);
        }
    }

    /** Who attached it is gone, and who only asked for it must not keep it. */
    @Test
    void whoeverOfThemReturnsFirst() throws SQLException {
        String file = file("archive.db");
        try (DuckPool pool = pool()) {
            Connection one = pool.getConnection();
            LeakTest.run(one, "ATTACH " + file);
            try (Connection two = pool.getConnection()) {
                LeakTest.run(two, "ATTACH IF NOT EXISTS " + file);
            }
            assertThat(OneSlot.value(one, "SELECT id FROM archive.letter")).isEqualTo("42");
            one.close();
            assertThat(read(pool, DATABASES)).doesNotContain("archive");
        }
    }

    @Test
    void aSecretThatTwoMadeIsDroppedAfterTheSecond() throws SQLException {
        String secret = "CREATE SECRET IF NOT EXISTS ours (TYPE http, BEARER_TOKEN 'x')";
        String secrets = "SELECT string_agg(name, ', ') FROM duckdb_secrets()";
        try (DuckPool pool = pool()) {
            Connection one = pool.getConnection();
            LeakTest.run(one, secret);
            Connection two = pool.getConnection();
            LeakTest.run(two, secret);
            one.close();
            assertThat(OneSlot.value(two, secrets)).isEqualTo("ours");
            two.close();
            assertThat(read(pool, secrets)).isNull();
        }
    }

    /** A text is kept only until it is known what it named: a borrow may run any number of them. */
    @Test
    void whatATextOnlyMentionedIsNotCountedOn() throws SQLException {
        try (DuckPool pool = pool();
                Connection one = pool.getConnection()) {
            LeakTest.run(one, "ATTACH ':memory:' AS mine -- not theirs");
            LeakTest.run(one, "CREATE SECRET my_secret (TYPE http, BEARER_TOKEN 'their_secret')");
            borrow(pool, "ATTACH ':memory:' AS theirs", "CREATE SECRET their_secret (TYPE http, BEARER_TOKEN 'x')");
            assertThat(OneSlot.value(one, DATABASES)).contains("mine").doesNotContain("theirs");
            assertThat(OneSlot.value(one, "SELECT string_agg(name, ', ') FROM duckdb_secrets()"))
                    .isEqualTo("my_secret");
        }
    }

    /** Only what the failing text was about is looked at afterwards. */
    @Test
    void aFailingTextTakesNobodysSecrets() throws SQLException {
        try (DuckPool pool = pool("CREATE SECRET (TYPE http, BEARER_TOKEN 'x')")) {
            try (Connection c = pool.getConnection()) {
                c.setAutoCommit(false);
                LeakTest.fail(c, "ATTACH ':memory:' AS mine; SELECT * FROM missing");
            }
            assertThat(read(pool, "SELECT name FROM duckdb_secrets()")).isEqualTo("__default_http");
        }
    }

    /** What each session of a pool is set to is not what the instance is set to. */
    @Test
    void aSettingOfSessionsDoesNotBecomeTheInstances() throws SQLException {
        String zone = "SELECT value FROM duckdb_settings() WHERE name = 'errors_as_json'";
        Path file = directory.resolve("letters.db");
        try (DuckPool json = DuckPool.builder()
                        .database(file)
                        .connectionInitSql("SET errors_as_json = true")
                        .build();
                DuckPool plain = DuckPool.builder().database(file).build()) {
            assertThat(read(plain, zone)).isEqualTo("false");
            borrow(json, "SET errors_as_json = false");
            assertThat(read(json, zone)).isEqualTo("true");
            try (Connection c = plain.getConnection()) {
                // spends the session that was made before
                LeakTest.run(c, "SET VARIABLE x = 1");
            }
            assertThat(read(plain, zone)).isEqualTo("false");
        }
    }
}
