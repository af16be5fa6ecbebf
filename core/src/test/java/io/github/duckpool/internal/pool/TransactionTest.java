package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions as JDBC promises them, on a driver that loses work in silence. */
@Timeout(60)
class TransactionTest {
    private final OneSlot slot = new OneSlot();

    TransactionTest() throws SQLException {}

    @BeforeEach
    void tables() throws SQLException {
        slot.elsewhere(
                "CREATE TABLE letter (id INTEGER PRIMARY KEY, read INTEGER)",
                "INSERT INTO letter VALUES (1, 0), (2, 0)");
    }

    @AfterEach
    void close() throws SQLException {
        slot.close();
    }

    private static void run(Connection c, String sql) throws SQLException {
        LeakTest.run(c, sql);
    }

    private static void conflict(Connection mine, Connection other) throws SQLException {
        run(other, "UPDATE letter SET read = 1 WHERE id = 1");
        assertThatThrownBy(() -> run(mine, "UPDATE letter SET read = 2 WHERE id = 1"))
                .isInstanceOf(SQLTransactionRollbackException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("40001");
    }

    /** The driver's commit() returns normally here, and the insert is lost. */
    @Test
    void aTransactionInWhichAStatementFailedFailsAtItsCommit() throws SQLException {
        try (Connection mine = slot.borrow();
                Connection other = slot.connect()) {
            mine.setAutoCommit(false);
            other.setAutoCommit(false);
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            conflict(mine, other);
            assertThatThrownBy(mine::commit)
                    .isInstanceOf(SQLTransactionRollbackException.class)
                    .hasMessageContaining("rolled back, not committed")
                    .hasMessageContaining("Conflict on update!");
            other.rollback();
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("2");
            // It is over, and the connection goes on.
            run(mine, "INSERT INTO letter VALUES (4, 0)");
            mine.commit();
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
        }
        assertThat(slot.kept()).isEqualTo(1);
    }

    /** Even an error that leaves the native transaction alive in 1.x, a table that is not there. */
    @Test
    void itFailsInEveryVersionWhateverTheError() throws SQLException {
        for (String wrong : new String[] {"SELECT * FROM missing", "SELEC 1", "INSERT INTO letter VALUES (1, 0)"}) {
            try (Connection mine = slot.borrow()) {
                mine.setAutoCommit(false);
                run(mine, "INSERT INTO letter VALUES (3, 0)");
                LeakTest.fail(mine, wrong);
                assertThatThrownBy(mine::commit).as(wrong).isInstanceOf(SQLTransactionRollbackException.class);
            }
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("2");
        }
    }

    @Test
    void aTransactionBegunBySqlFailsAtItsCommitToo() throws SQLException {
        try (Connection mine = slot.borrow()) {
            run(mine, "BEGIN");
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            LeakTest.fail(mine, "INSERT INTO letter VALUES (1, 0)");
            assertThatThrownBy(() -> run(mine, "COMMIT")).isInstanceOf(SQLTransactionRollbackException.class);
            assertThat(OneSlot.value(mine, "SELECT count(*) FROM letter")).isEqualTo("2");
        }
        assertThat(slot.discarded).isEqualTo(1);
    }

    @Test
    void rollbackMakesAnAbortedTransactionGoodAgain() throws SQLException {
        try (Connection mine = slot.borrow()) {
            mine.setAutoCommit(false);
            LeakTest.fail(mine, "INSERT INTO letter VALUES (1, 0)");
            mine.rollback();
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            mine.commit();
        }
        assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
        assertThat(slot.kept()).isEqualTo(1);
    }

    @Test
    void setAutoCommitAfterAnAbortedTransactionSaysThatTheWorkIsLost() throws SQLException {
        try (Connection mine = slot.borrow()) {
            mine.setAutoCommit(false);
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            LeakTest.fail(mine, "INSERT INTO letter VALUES (1, 0)");
            assertThatThrownBy(() -> mine.setAutoCommit(true)).isInstanceOf(SQLTransactionRollbackException.class);
            assertThat(mine.getAutoCommit()).isTrue();
            run(mine, "INSERT INTO letter VALUES (5, 0)");
        }
        assertThat(slot.valueElsewhere("SELECT string_agg(id, ' ' ORDER BY id) FROM letter"))
                .isEqualTo("1 2 5");
    }

    @Test
    void setAutoCommitCommitsWhatIsOpen() throws SQLException {
        try (Connection mine = slot.borrow()) {
            mine.setAutoCommit(false);
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            mine.setAutoCommit(true);
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
        }
    }

    @Test
    void rollbackAndCommitWithoutATransactionDoNothing() throws SQLException {
        try (Connection mine = slot.borrow()) {
            mine.rollback();
            mine.setAutoCommit(false);
            mine.rollback();
            mine.commit();
            mine.commit();
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            mine.commit();
            mine.rollback();
            mine.setAutoCommit(true);
            assertThatThrownBy(mine::commit).isInstanceOf(SQLException.class);
        }
        assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
        assertThat(slot.kept()).isEqualTo(1);
    }

    /** After it, the driver believes in a transaction that is over, and statements commit by themselves. */
    @Test
    void aFailedCommitIsToldAndItsSessionIsNotLentAgain() throws SQLException {
        try (Connection mine = slot.borrow();
                Connection other = slot.connect()) {
            mine.setAutoCommit(false);
            run(mine, "INSERT INTO letter VALUES (7, 0)");
            run(other, "INSERT INTO letter VALUES (7, 1)");
            assertThatThrownBy(mine::commit)
                    .isInstanceOf(SQLTransactionRollbackException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("40002");
            // The same borrower goes on in a transaction of its own, and it is one.
            run(mine, "INSERT INTO letter VALUES (8, 0)");
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter WHERE id = 8"))
                    .isEqualTo("0");
            mine.rollback();
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter WHERE id = 8"))
                    .isEqualTo("0");
            mine.setAutoCommit(true);
        }
        assertThat(slot.discarded).isEqualTo(1);
    }

    @Test
    void sqlCommitThatFailsInAutoCommitModeLeavesNoGhost() throws SQLException {
        try (Connection mine = slot.borrow();
                Connection other = slot.connect()) {
            run(mine, "BEGIN");
            run(mine, "INSERT INTO letter VALUES (7, 0)");
            run(other, "INSERT INTO letter VALUES (7, 1)");
            assertThatThrownBy(() -> run(mine, "COMMIT")).isInstanceOf(SQLException.class);
            run(mine, "INSERT INTO letter VALUES (9, 0)");
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter WHERE id = 9"))
                    .isEqualTo("1");
        }
        assertThat(slot.discarded).isEqualTo(1);
    }

    @Test
    void sqlCommitWithAutoCommitOffIsACommit() throws SQLException {
        try (Connection mine = slot.borrow()) {
            mine.setAutoCommit(false);
            run(mine, "INSERT INTO letter VALUES (3, 0)");
            run(mine, "COMMIT");
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
            run(mine, "INSERT INTO letter VALUES (4, 0)");
            run(mine, "ROLLBACK");
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
            run(mine, "INSERT INTO letter VALUES (5, 0)");
            mine.commit();
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("4");
        }
    }

    /** An interrupted COMMIT reports failure although the data is durable, so nothing may interrupt one. */
    @Test
    void cancelAndCloseLeaveACommitAlone() throws Exception {
        int rounds = 30;
        for (int round = 0; round < rounds; round++) {
            LentConnection mine = slot.borrow();
            mine.setAutoCommit(false);
            Statement s = mine.createStatement();
            s.execute("INSERT INTO letter SELECT " + (1000 * round + 100) + " + range, 0 FROM range(900)");
            CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
                try {
                    while (!s.isClosed()) {
                        s.cancel();
                    }
                } catch (SQLException e) {
                    // Closed meanwhile.
                    return;
                }
            });
            mine.commit();
            s.close();
            mine.close();
            canceller.get(20, TimeUnit.SECONDS);
        }
        assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo(String.valueOf(2 + rounds * 900));
    }

    @Test
    void ddlThatIsRolledBackTakesItsStatementsAlong() throws SQLException {
        try (Connection mine = slot.borrow()) {
            mine.setAutoCommit(false);
            run(mine, "CREATE TABLE fleeting (i INTEGER)");
            try (PreparedStatement s = mine.prepareStatement("SELECT count(*) FROM fleeting");
                    ResultSet rows = s.executeQuery()) {
                rows.next();
            }
            mine.rollback();
            mine.setAutoCommit(true);
            assertThatThrownBy(() -> {
                        try (PreparedStatement s = mine.prepareStatement("SELECT count(*) FROM fleeting")) {
                            s.executeQuery();
                        }
                    })
                    .isInstanceOf(SQLException.class);
        }
    }
}
