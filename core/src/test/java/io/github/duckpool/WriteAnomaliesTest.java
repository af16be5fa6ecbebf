package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What DuckDB lets two transactions do to each other without an error, over plain connections of a pool, and that it can't happen
 * through {@code write}: there the second begins when the first is committed.
 */
@Timeout(60)
class WriteAnomaliesTest {
    @TempDir
    Path directory;

    private DuckPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = DuckPool.builder().database(directory.resolve("w.duckdb")).build();
        pool.write(c -> {
            run(c, "CREATE TABLE account (id INTEGER, balance INTEGER)");
            run(c, "INSERT INTO account VALUES (1, 10)");
            run(c, "CREATE TABLE parent (id INTEGER PRIMARY KEY)");
            run(c, "CREATE TABLE child (parent_id INTEGER REFERENCES parent (id))");
            run(c, "INSERT INTO parent VALUES (1)");
            run(c, "CREATE TABLE doctor (id INTEGER, on_call BOOLEAN)");
            run(c, "INSERT INTO doctor VALUES (1, true), (2, true)");
            return 0;
        });
    }

    @AfterEach
    void close() {
        assertThat(pool.stats().active()).isZero();
        pool.close();
    }

    private int query(String sql) throws SQLException {
        return pool.read(c -> intOf(c, sql));
    }

    @FunctionalInterface
    private interface Both {
        void run(Connection one, Connection two) throws SQLException;
    }

    /** Two transactions side by side; both commit without an error. */
    private void interleaved(Both statements) throws SQLException {
        try (Connection one = pool.getConnection();
                Connection two = pool.getConnection()) {
            one.setAutoCommit(false);
            two.setAutoCommit(false);
            statements.run(one, two);
            one.commit();
            two.commit();
        }
    }

    /** Has the second wanted while the first runs; it must not begin before the first has ended. */
    private <A, B> B oneInTheOthersWay(SqlFunction<A> first, SqlFunction<B> second) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<B> next = pool.write(c -> {
            first.apply(c);
            CompletableFuture<B> queued = pool.writeAsync(d -> {
                begun.countDown();
                return second.apply(d);
            });
            try {
                assertThat(begun.await(100, TimeUnit.MILLISECONDS)).isFalse();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return queued;
        });
        return next.get();
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    @Test
    void anUpdateAndADeleteOfOneRowBothSucceedOverPlainConnections() throws SQLException {
        interleaved((one, two) -> {
            assertThat(update(one, "UPDATE account SET balance = 110 WHERE id = 1"))
                    .isEqualTo(1);
            assertThat(intOf(two, "SELECT balance FROM account WHERE id = 1")).isEqualTo(10);
            assertThat(update(two, "DELETE FROM account WHERE id = 1")).isEqualTo(1);
        });
        assertThat(query("SELECT count(*) FROM account")).isZero();
    }

    @Test
    void aDeleteThroughWriteHasSeenTheUpdate() throws Exception {
        int seen = oneInTheOthersWay(c -> update(c, "UPDATE account SET balance = 110 WHERE id = 1"), c -> {
            int balance = intOf(c, "SELECT balance FROM account WHERE id = 1");
            assertThat(update(c, "DELETE FROM account WHERE id = 1")).isEqualTo(1);
            return balance;
        });
        assertThat(seen).isEqualTo(110);
        assertThat(query("SELECT count(*) FROM account")).isZero();
    }

    @Test
    void aChildLosesItsParentOverPlainConnections() throws SQLException {
        interleaved((one, two) -> {
            assertThat(update(one, "INSERT INTO child VALUES (1)")).isEqualTo(1);
            assertThat(update(two, "DELETE FROM parent WHERE id = 1")).isEqualTo(1);
        });
        assertThat(query("SELECT count(*) FROM child WHERE parent_id NOT IN (SELECT id FROM parent)"))
                .isEqualTo(1);
    }

    @Test
    void aChildKeepsItsParentThroughWrite() throws SQLException {
        assertThatThrownBy(() -> oneInTheOthersWay(
                        c -> update(c, "INSERT INTO child VALUES (1)"),
                        c -> update(c, "DELETE FROM parent WHERE id = 1")))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("foreign key");
        assertThat(query("SELECT count(*) FROM child")).isEqualTo(1);
        assertThat(query("SELECT count(*) FROM parent")).isEqualTo(1);
    }

    /** Somebody must stay on call; each leaves because the other is there. */
    @Test
    void writeSkewOverPlainConnections() throws SQLException {
        interleaved((one, two) -> {
            assertThat(leave(one, 1)).isEqualTo(1);
            assertThat(leave(two, 2)).isEqualTo(1);
        });
        assertThat(query("SELECT count(*) FROM doctor WHERE on_call")).isZero();
    }

    @Test
    void noWriteSkewThroughWrite() throws Exception {
        int left = oneInTheOthersWay(c -> leave(c, 1), c -> leave(c, 2));
        assertThat(left).isZero();
        assertThat(query("SELECT count(*) FROM doctor WHERE on_call")).isEqualTo(1);
    }

    private static int leave(Connection connection, int doctor) throws SQLException {
        return intOf(connection, "SELECT count(*) FROM doctor WHERE on_call") > 1
                ? update(connection, "UPDATE doctor SET on_call = false WHERE id = " + doctor)
                : 0;
    }
}
