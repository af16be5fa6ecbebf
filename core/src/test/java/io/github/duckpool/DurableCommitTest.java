package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A COMMIT that is durable is a success, whatever DuckDB reports of the checkpoint after it: whoever is told of a failure does
 * the work again, and has it twice.
 */
@Timeout(60)
class DurableCommitTest {
    private static final String AFTERMATH =
            "IO Error: Transaction COMMIT succeeded and is durable, but the autocheckpoint failed. Detach and reattach";

    private final FaultySource source = new FaultySource();
    private final DuckPool pool = DuckPool.builder()
            .dataSource(source)
            .maxSize(2)
            .borrowTimeout(Duration.ofSeconds(20))
            .retry(new EagerRetry())
            .build();

    DurableCommitTest() throws SQLException {}

    @BeforeEach
    void fault() {
        source.fault = () -> new SQLException(AFTERMATH);
    }

    @AfterEach
    void close() throws SQLException {
        pool.close();
        assertThat(source.open()).isZero();
        source.close();
    }

    /** Does everything again, as long as it fails. */
    private static final class EagerRetry implements RetryPolicy {
        @Override
        public <T extends @Nullable Object> T call(SqlCallable<T> unit, Duration atMost) throws SQLException {
            for (int attempt = 1; ; attempt++) {
                try {
                    return unit.call();
                } catch (SQLException e) {
                    if (attempt == 3) {
                        throw e;
                    }
                }
            }
        }
    }

    /** The ways to commit through JDBC. */
    enum Way {
        COMMIT {
            @Override
            void insert(Connection c) throws SQLException {
                c.setAutoCommit(false);
                DuckPoolTest.run(c, "INSERT INTO t VALUES (1)");
                c.commit();
            }
        },
        SQL {
            @Override
            void insert(Connection c) throws SQLException {
                DuckPoolTest.run(c, "BEGIN");
                DuckPoolTest.run(c, "INSERT INTO t VALUES (1)");
                DuckPoolTest.run(c, "COMMIT");
            }
        },
        BATCH {
            @Override
            void insert(Connection c) throws SQLException {
                try (PreparedStatement insert = c.prepareStatement("INSERT INTO t VALUES (?)")) {
                    insert.setInt(1, 1);
                    insert.addBatch();
                    assertThat(insert.executeBatch()).containsExactly(1);
                }
            }
        };

        abstract void insert(Connection c) throws SQLException;
    }

    @ParameterizedTest
    @EnumSource
    void committingReturnsNormally(Way way) throws SQLException {
        try (Connection c = pool.getConnection()) {
            source.failAfter = "Connection.commit";
            way.insert(c);
            assertThat(source.failAfter).as("the fault was met").isNull();
            assertThat(source.rows()).isOne();
            assertThat(c.isValid(1)).as("of use for more").isFalse();
        }
        assertOpenedAgain();
    }

    @Test
    void soDoesSetAutoCommit() throws SQLException {
        try (Connection c = pool.getConnection()) {
            c.setAutoCommit(false);
            DuckPoolTest.run(c, "INSERT INTO t VALUES (1)");
            source.failAfter = "Connection.setAutoCommit";
            c.setAutoCommit(true);
            assertThat(source.failAfter).isNull();
            assertThat(source.rows()).isOne();
        }
        assertOpenedAgain();
    }

    /** An anchor and a connection, and when it is opened again an anchor, a look at it, and a connection. */
    private void assertOpenedAgain() throws SQLException {
        while (source.trace.stream().filter("DataSource.getConnection"::equals).count() < 5) {
            int rows = pool.read(c -> DuckPoolTest.intOf(c, "SELECT count(*) FROM t"));
            assertThat(rows).isOne();
        }
    }

    @Test
    void aWriteIsDoneOnce() throws SQLException {
        int updated = pool.write(c -> {
            try (Statement insert = c.createStatement()) {
                source.failAfter = "Connection.commit";
                return insert.executeUpdate("INSERT INTO t VALUES (1)");
            }
        });
        assertThat(updated).isOne();
        assertThat(source.failAfter).isNull();
        assertThat(source.rows()).isOne();
        assertOpenedAgain();
    }

    @Test
    void anAppendIsDoneOnce() throws SQLException {
        pool.getConnection().close();
        source.failAfter = "PreparedStatement.executeUpdate";
        pool.append("t", 1);
        assertThat(source.failAfter).isNull();
        assertThat(source.rows()).isOne();
    }

    /** What is said of durable work before the rows were given to DuckDB is said of other work. */
    @ParameterizedTest
    @ValueSource(strings = {"Connection.prepareStatement", "PreparedStatement.setObject"})
    void anAppendThatHasNotBegunIsNotDone(String step) throws Exception {
        pool.getConnection().close();
        source.failAfter = step;
        pool.append("t", 1);
        assertThat(source.failAfter).as("the fault was met").isNull();
        assertThat(source.rows()).as("done again, for nothing was committed").isOne();
        List<CompletableFuture<Void>> together = new ArrayList<>();
        source.failAfter = step;
        pool.write(c -> {
            for (int i = 0; i < 3; i++) {
                together.add(pool.appendAsync("t", i));
            }
            return null;
        });
        for (CompletableFuture<Void> row : together) {
            row.get(20, TimeUnit.SECONDS);
        }
        assertThat(source.failAfter).isNull();
        assertThat(source.rows()).isEqualTo(4);
    }

    @Test
    void anAsynchronousWriteIsDoneOnce() throws Exception {
        pool.<Integer>writeAsync(c -> {
                    try (Statement insert = c.createStatement()) {
                        source.failAfter = "Connection.commit";
                        return insert.executeUpdate("INSERT INTO t VALUES (1)");
                    }
                })
                .get(20, TimeUnit.SECONDS);
        assertThat(source.rows()).isOne();
        assertOpenedAgain();
    }

    /** Its result is lost, so it can't return; what it throws says what is true, and no policy repeats it. */
    @Test
    void aStatementThatCommitsByItselfSaysThatItIsDurable() throws SQLException {
        try (Connection c = pool.getConnection();
                Statement insert = c.createStatement()) {
            source.failAfter = "Statement.executeUpdate";
            assertThatThrownBy(() -> insert.executeUpdate("INSERT INTO t VALUES (1)"))
                    .isInstanceOf(SQLNonTransientConnectionException.class)
                    .hasMessageContaining("succeeded and is durable")
                    .satisfies(e -> {
                        Kind kind = DuckError.classify((SQLException) e).kind();
                        assertThat(kind).isEqualTo(Kind.COMMITTED);
                        assertThat(kind.retryable()).isFalse();
                    });
            assertThat(source.rows()).isOne();
        }
    }
}
