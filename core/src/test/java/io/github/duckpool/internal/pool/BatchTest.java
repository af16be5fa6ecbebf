package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch is one transaction, and what it throws is why it failed. */
@Timeout(60)
class BatchTest {
    private final OneSlot slot = new OneSlot();

    BatchTest() throws SQLException {}

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

    @Test
    void aBatchIsOneTransactionAndItsFailureIsTheFirstCause() throws SQLException {
        try (Connection mine = slot.borrow()) {
            try (PreparedStatement insert = mine.prepareStatement("INSERT INTO letter VALUES (?, 0)")) {
                for (int id : new int[] {3, 4, 1}) {
                    insert.setInt(1, id);
                    insert.addBatch();
                }
                assertThatThrownBy(insert::executeBatch)
                        .isInstanceOfAny(SQLIntegrityConstraintViolationException.class, BatchUpdateException.class)
                        .hasMessageContaining("Duplicate key");
            }
            assertThat(OneSlot.value(mine, "SELECT count(*) FROM letter")).isEqualTo("2");
            assertThat(mine.getAutoCommit()).isTrue();
            LeakTest.run(mine, "INSERT INTO letter VALUES (5, 0)");
        }
        assertThat(slot.valueElsewhere("SELECT count(*) FROM letter")).isEqualTo("3");
    }

    /** The driver throws "cannot rollback - no transaction is active" and hides why. */
    @Test
    void aBatchWhoseCommitFailsSaysWhy() throws SQLException {
        try (Connection mine = slot.borrow()) {
            int id = 7;
            for (long work = 20_000_000; !failsBecauseOfAnother(mine, id, work); work *= 2) {
                id++; // the batch was over before the other could commit
            }
            assertThat(mine.getAutoCommit()).isTrue();
            assertThat(slot.valueElsewhere("SELECT count(*) FROM letter WHERE id = " + id))
                    .isEqualTo("1");
        }
    }

    /** Runs a batch while another inserts the same row; false if the batch came first, and the other failed. */
    private boolean failsBecauseOfAnother(Connection mine, int id, long work) throws SQLException {
        String sql = "INSERT INTO letter SELECT ?, (SELECT count(*) FROM range(" + work + ") a WHERE a.range % 7 = 3)";
        try (Connection other = slot.connect();
                PreparedStatement insert = mine.prepareStatement(sql)) {
            other.setAutoCommit(false);
            LeakTest.run(other, "INSERT INTO letter VALUES (" + id + ", 1)");
            insert.setInt(1, id);
            insert.addBatch();
            Thread batch = Thread.currentThread();
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Boolean> commits = CompletableFuture.supplyAsync(() -> {
                // While the batch runs: its snapshot is older than this commit.
                while (!over.get() && !runsItsBatch(batch)) {
                    Thread.onSpinWait();
                }
                try {
                    other.commit();
                    return true;
                } catch (SQLException e) {
                    return false;
                }
            });
            SQLException failure = null;
            try {
                insert.executeBatch();
            } catch (SQLException e) {
                failure = e;
            } finally {
                over.set(true);
            }
            if (!commits.join()) {
                assertThat((Throwable) failure).isNull();
                return false;
            }
            assertThat((Throwable) failure).isNotNull().hasMessageNotContaining("no transaction is active");
            return true;
        }
    }

    /** Whether DuckDB executes the thread's batch at this moment, and not the BEGIN before it. */
    private static boolean runsItsBatch(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getMethodName().contains("execute")
                && Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("org.duckdb.")
                                && frame.getMethodName().startsWith("executeBatch"))
                && Arrays.stream(stack).noneMatch(frame -> frame.getMethodName().equals("startTransaction"));
    }

    @Test
    void aBatchIsJudgedByItsOwnSqlAndNotByTheOneBefore() throws SQLException {
        String select = "SELECT count(*) FROM letter";
        try (LentConnection mine = slot.borrow();
                Statement s = mine.createStatement()) {
            s.addBatch("CREATE TABLE envelope (id INTEGER)");
            s.executeBatch();
            mine.prepareStatement(select).close();
            s.addBatch("INSERT INTO envelope VALUES (1)");
            s.executeBatch();
            s.addBatch("CREATE TABLE stamp (id INTEGER)");
            s.executeLargeBatch();
            mine.prepareStatement(select).close();
            s.addBatch("INSERT INTO stamp VALUES (1)");
            s.executeLargeBatch();
            long hits = mine.session().cacheHits();
            mine.prepareStatement(select).close();
            assertThat(mine.session().cacheHits())
                    .as("inserting makes no prepared statement stale")
                    .isEqualTo(hits + 1);
        }
    }

    @Test
    void aFailedBatchLeavesNoTraceInTheNext() throws SQLException {
        String select = "SELECT count(*) FROM letter";
        try (LentConnection mine = slot.borrow();
                Statement s = mine.createStatement()) {
            s.addBatch("CREATE TABLE envelope (id INTEGER)");
            s.addBatch("INSERT INTO letter VALUES (1, 0)");
            assertThatThrownBy(s::executeBatch).isInstanceOf(SQLException.class);
            s.execute("SELECT 1"); // the driver has closed the failed statement: this gets another
            mine.prepareStatement(select).close();
            s.addBatch("INSERT INTO letter VALUES (3, 0)");
            assertThat(s.executeBatch()).containsExactly(1);
            long hits = mine.session().cacheHits();
            mine.prepareStatement(select).close();
            assertThat(mine.session().cacheHits()).isEqualTo(hits + 1);
        }
    }

    @Test
    void anEmptyBatchIsNothing() throws SQLException {
        try (Connection mine = slot.borrow();
                Statement s = mine.createStatement();
                PreparedStatement p = mine.prepareStatement("INSERT INTO letter VALUES (?, 0)")) {
            assertThat(s.executeBatch()).isEmpty();
            assertThat(p.executeBatch()).isEmpty();
            assertThat(p.executeLargeBatch()).isEmpty();
        }
        assertThat(slot.kept()).isEqualTo(1);
    }
}
