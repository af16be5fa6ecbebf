package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a borrower had open or had set ends with the borrow, and what is clean is kept. */
@Timeout(60)
class EndOfBorrowTest {
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
        try (DuckPool pool = LeakTest.pool()) {
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
        try (DuckPool pool = LeakTest.pool()) {
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
                    LeakTest.run(c, clean);
                    assertThat(c.session()).as(clean).isSameAs(session);
                }
            }
            assertThat(slot.discarded).isZero();
        }
    }
}
