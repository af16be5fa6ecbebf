package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.DuckPool;
import io.github.duckpool.SqlFunction;
import io.github.duckpool.lock.DuckError.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Units of work on real databases, with a duckpool and with the bare driver, whose connections are kept and used again. */
class TransactionRetryTest {
    /** Time enough for a busy machine. */
    private static final LockRetry PATIENT =
            LockRetry.builder().deadline(Duration.ofMinutes(2)).build();

    @TempDir
    Path directory;

    private DuckPool pool;
    private KeptConnections kept;

    /** A bare pool of one connection that it neither checks nor cleans. */
    private static final class KeptConnections extends DriverSource {
        private final Connection only;
        SQLException atClose;

        KeptConnections(String url) throws SQLException {
            super(url);
            only = super.getConnection();
        }

        @Override
        public Connection getConnection() {
            return (Connection) java.lang.reflect.Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            if (atClose != null) {
                                throw atClose;
                            }
                            return null;
                        }
                        try {
                            return method.invoke(only, arguments);
                        } catch (java.lang.reflect.InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    @BeforeEach
    void open() throws SQLException {
        Path file = directory.resolve("accounts.duckdb");
        pool = DuckPool.builder().database(file).maxSize(8).build();
        execute("CREATE TABLE account(id INTEGER PRIMARY KEY, amount INTEGER)");
        execute("INSERT INTO account VALUES (1, 0)");
        kept = new KeptConnections("jdbc:duckdb:" + file);
    }

    @AfterEach
    void close() throws SQLException {
        kept.only.close();
        pool.close();
    }

    private DataSource source(boolean bare) {
        return bare ? kept : pool;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private int amount() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return number(connection, "SELECT amount FROM account WHERE id = 1");
        }
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    /** Reads, then writes what it read plus one: a lost update would be seen. */
    private static final SqlFunction<Integer> ADD_ONE = connection -> {
        int next = number(connection, "SELECT amount FROM account WHERE id = 1") + 1;
        update(connection, "UPDATE account SET amount = " + next + " WHERE id = 1");
        return next;
    };

    @Test
    void noUpdateIsLostOrDoubledByWritersWithoutALine() throws Exception {
        int threads = 8;
        int each = 25;
        List<Thread> writers = new ArrayList<>();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            Thread writer = new Thread(() -> {
                try {
                    start.await();
                    for (int n = 0; n < each; n++) {
                        TransactionRetry.execute(pool, PATIENT, ADD_ONE);
                    }
                } catch (Throwable e) {
                    failed.set(e);
                }
            });
            writers.add(writer);
            writer.start();
        }
        start.countDown();
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(failed).hasNullValue();
        assertThat(amount()).isEqualTo(threads * each);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConflictRunsTheWholeWorkAgain(boolean bare) throws SQLException {
        AtomicInteger attempts = new AtomicInteger();
        int result = TransactionRetry.execute(source(bare), connection -> {
            int seen = number(connection, "SELECT amount FROM account WHERE id = 1");
            if (attempts.incrementAndGet() == 1) {
                execute("UPDATE account SET amount = 10 WHERE id = 1"); // another transaction, committed meanwhile
            }
            update(connection, "UPDATE account SET amount = " + (seen + 1) + " WHERE id = 1");
            return seen;
        });
        assertThat(result).as("what the second attempt read").isEqualTo(10);
        assertThat(amount()).isEqualTo(11);
        assertThat(attempts).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorRollsBackAndIsThrownAsItIs(boolean bare) throws SQLException {
        IllegalStateException bug = new IllegalStateException("a bug");
        assertThatThrownBy(() -> TransactionRetry.execute(source(bare), connection -> {
                    ADD_ONE.apply(connection);
                    throw bug;
                }))
                .isSameAs(bug);
        assertThat(amount()).isZero();
        assertThat(TransactionRetry.execute(source(bare), ADD_ONE)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTransactionThatSwallowedAnErrorFails(boolean bare) throws SQLException {
        assertThatThrownBy(() -> TransactionRetry.execute(source(bare), connection -> {
                    ADD_ONE.apply(connection);
                    assertThat(catchThrowable(() -> update(connection, "INSERT INTO account VALUES (1, 7)")))
                            .isInstanceOf(SQLException.class);
                    return "done";
                }))
                .isInstanceOf(SQLException.class);
        assertThat(amount()).isZero();
        assertThat(TransactionRetry.execute(source(bare), ADD_ONE)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitThatFailsLeavesAUsableConnection(boolean bare) throws SQLException {
        SqlFunction<Integer> collide = connection -> {
            update(connection, "INSERT INTO account VALUES (2, 0)");
            execute("INSERT INTO account VALUES (2, 1)"); // commits first
            return 0;
        };
        assertThatThrownBy(() -> TransactionRetry.execute(source(bare), collide))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> TransactionRetry.execute(source(bare), connection -> {
                    update(connection, "INSERT INTO account VALUES (3, 0)");
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        try (Connection connection = source(bare).getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(number(connection, "SELECT count(*) FROM account WHERE id = 3"))
                    .as("a statement that committed by itself")
                    .isZero();
        }
    }

    @Test
    void theWorkCanNotEndTheTransaction() throws SQLException {
        TransactionRetry.execute(kept, connection -> {
            connection.setAutoCommit(false);
            ADD_ONE.apply(connection);
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("as a whole");
            assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
            connection.close();
            assertThat(connection.isClosed()).isFalse();
            assertThat(connection).isEqualTo(connection).hasToString("transaction on " + kept.only);
            assertThat(connection.hashCode()).isEqualTo(connection.hashCode());
            return 0;
        });
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void theConnectionIsOfNoUseAfterwards() throws SQLException {
        Connection[] leaked = new Connection[1];
        TransactionRetry.execute(pool, connection -> {
            leaked[0] = connection;
            return 0;
        });
        assertThat(leaked[0].isClosed()).isTrue();
        assertThatThrownBy(() -> leaked[0].createStatement())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("over");
    }

    @Test
    void aCloseThatFailsAfterTheCommitDoesNotRepeatTheWork() throws SQLException {
        kept.atClose = Samples.error(Kind.WRITE_CONFLICT);
        assertThat(TransactionRetry.execute(kept, ADD_ONE)).isEqualTo(1);
        assertThat(amount()).isEqualTo(1);
    }

    @Test
    void aCloseThatFailsAfterAnErrorDoesNotHideIt() {
        kept.atClose = new SQLException("close failed");
        assertThatThrownBy(() -> TransactionRetry.execute(kept, connection -> {
                    throw new IllegalStateException("first");
                }))
                .hasMessage("first")
                .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(kept.atClose));
    }

    @Test
    void autoCommitThatWasOffStaysOff() throws SQLException {
        kept.only.setAutoCommit(false);
        TransactionRetry.execute(kept, ADD_ONE);
        assertThat(kept.only.getAutoCommit()).isFalse();
        kept.only.setAutoCommit(true);
    }
}
