package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What DuckDB would open, or say little of, although no database can be kept there. */
@Timeout(60)
class UnfitFileTest {
    @TempDir
    Path directory;

    /** DuckDB makes a database in memory of them, and takes what is written to its grave. */
    @ParameterizedTest
    @ValueSource(
            strings = {"letters.csv", "letters.tsv", "letters.json", "letters.parquet", "LETTERS.CSV", "letters.csv.gz"
            })
    void aDataFile(String name) throws Exception {
        Path file = Files.writeString(directory.resolve(name), "id\n1\n");
        BadInputTest.assertRefused(
                DuckPool.builder().database(file),
                file,
                "DuckDB takes it for a data file, and would keep what is written in memory alone",
                "give the database another name, or read the data from one, as in SELECT * FROM '" + name + "'");
        assertThat(file).hasContent("id\n1\n");
        try (DuckPool pool = DuckPool.builder().database(file).build()) {
            assertThatThrownBy(() -> pool.writeAsync(c -> 0).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SQLNonTransientConnectionException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"letters", "letters.data", "letters.csv.db", "letters.DuckDB"})
    void aDatabaseOfAnyOtherName(String name) throws Exception {
        Path file = directory.resolve(name);
        try (DuckPool pool = DuckPool.builder().database(file).build()) {
            pool.write(c -> c.createStatement().execute("CREATE TABLE t AS SELECT 42 AS x"));
        }
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            assertThat(DuckPoolTest.intOf(c, "SELECT x FROM t")).isEqualTo(42);
        }
    }

    /** DuckDB waits for the other end, and nothing ends that. */
    @Test
    void aPipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assumeThat(ChildJvm.works("mkfifo", pipe.toString()))
                .as("SKIPPED: this system has no mkfifo")
                .isTrue();
        BadInputTest.assertRefused(
                DuckPool.builder().database(pipe), pipe, "it is a pipe, a socket or a device; name a regular file");
    }

    @Test
    void aFileInTheWayOfADirectory() throws Exception {
        Path inTheWay = Files.writeString(directory.resolve("letters"), "junk");
        for (String below : new String[] {"letters.db", "deeper/letters.db"}) {
            Path file = inTheWay.resolve(below);
            try (DuckPool pool = DuckPool.builder().database(file).build()) {
                assertThatThrownBy(pool::getConnection)
                        .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                        .hasMessageContaining("\"" + file + "\"")
                        .hasMessageContaining("\"" + inTheWay + "\" is a file and no directory; correct the path");
            }
        }
    }

    @Test
    void aLinkThatLeadsNowhere() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("letters.db"), directory.resolve("missing/letters.db"));
        BadInputTest.assertRefused(
                DuckPool.builder().database(link),
                link,
                "it is a link that leads to no file, and none can be created there; correct the link");
    }

    /** What DuckDB says when it would read SQLite and has not got what it takes; not asked here, for it would look on the net. */
    @Test
    void aDatabaseOfSqlite() {
        var thrown = new SQLException("IO Error: Failed to download extension \"sqlite_scanner\" at URL \"http://…\"");
        try (DuckPool pool = DuckPool.builder().database("letters.db").build()) {
            assertThat((Throwable) new OpenFailure(pool.config(), Path.of("letters.db"), thrown).explained())
                    .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContaining(
                            "can't open database \"letters.db\": it is a database of SQLite; correct the path, or")
                    .hasMessageContaining("ATTACH it (TYPE sqlite) in one of DuckDB");
        }
    }

    /** A wrapped data source knows its file; what it can't open is explained all the same. */
    @Test
    void whatADataSourceCanNotOpen() throws Exception {
        Path missing = directory.resolve("missing/letters.db");
        Path junk = Files.writeString(directory.resolve("letters.db"), "junk");
        assertExplained("file", missing, "its directory ", "does not exist; create it, or correct the path");
        assertExplained(
                "database", junk, "it is no DuckDB database; correct the path, or move the file out of the way");
        assertExplained("database", directory, "it is a directory; name a file in it");
        SQLException foreign = new SQLException("no more licences", "99999");
        try (DuckPool pool = DuckPool.builder()
                .dataSource(new UselessSource() {
                    @Override
                    public Connection getConnection() throws SQLException {
                        throw foreign;
                    }
                })
                .build()) {
            assertThatThrownBy(pool::getConnection).hasMessageContaining("no more licences");
        }
    }

    /** What the source does besides may name a file too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "IO Error: Failed to read the licences in file \"licences.txt\"",
                "Invalid Input Error: Error when sniffing file \"letters.csv\"",
                "Constraint Error: Duplicate key \"name: file \"a\"\" violates primary key constraint",
                "INTERNAL Error: file \"letters.db\" again",
                "TransactionContext Error: Failed to commit: Could not set lock on file \"letters.db\""
            })
    void whatADataSourceFailsAtOtherwise(String message) {
        SQLException thrown = new SQLException(message);
        try (DuckPool pool = DuckPool.builder().database("letters.db").build()) {
            assertThat((Throwable) OpenFailure.ofSource(pool.config(), thrown)).isSameAs(thrown);
        }
    }

    /** Somebody may have made it meanwhile. */
    @Test
    void aFileThatIsThereIsNoLinkThatLeadsNowhere() throws Exception {
        Path file = Files.createFile(directory.resolve("letters.db"));
        var thrown = new SQLException("IO Error: Cannot open file \"" + file + "\": No such file or directory");
        try (DuckPool pool = DuckPool.builder().database(file).build()) {
            assertThat((Throwable) new OpenFailure(pool.config(), file, thrown).explained())
                    .hasMessageContaining("can't open database \"" + file + "\": ")
                    .hasMessageNotContaining("link");
        }
    }

    private static void assertExplained(String what, Path file, String... words) {
        try (DuckPool pool = DuckPool.builder()
                .poolName("wrapping")
                .dataSource(new UselessSource() {
                    @Override
                    public Connection getConnection() throws SQLException {
                        return DriverManager.getConnection("jdbc:duckdb:" + file);
                    }
                })
                .build()) {
            assertThatThrownBy(pool::getConnection)
                    .isExactlyInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContaining("wrapping: can't open " + what + " \"" + file + "\": ")
                    .satisfies(e -> assertThat(e.getMessage()).contains(words))
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08001"));
        }
    }
}
