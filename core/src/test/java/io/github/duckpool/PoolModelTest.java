package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/**
 * Any sequence of operations on a real pool does what a few lines say: at most {@code size} are lent, who waits is served in the
 * order of arrival, a row is there if and only if it was committed, and no borrower finds what another left in its session.
 */
class PoolModelTest {
    enum Step {
        BORROW,
        BORROW_ASYNC,
        CLOSE,
        CLOSE_AGAIN,
        USE_CLOSED,
        CANCEL,
        INSERT,
        BEGIN,
        COMMIT,
        ROLLBACK,
        FAIL_STATEMENT,
        LEAVE_TEMP_TABLE,
        LEAVE_SQL_BEGIN,
        ABORT,
        UNWRAP_AWAY
    }

    @Provide
    Arbitrary<List<Tuple2<Step, Integer>>> steps() {
        return Combinators.combine(
                        Arbitraries.of(Step.class), Arbitraries.integers().between(0, 7))
                .as(Tuple::of)
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
    void doesWhatTheModelSays(@ForAll("steps") List<Tuple2<Step, Integer>> steps, @ForAll("sizes") int size)
            throws Exception {
        try (Run run = new Run(size)) {
            for (Tuple2<Step, Integer> step : steps) {
                run.take(step.get1(), step.get2());
                run.check();
            }
            run.finish();
        }
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.integers().between(1, 4);
    }

    /** One borrowed connection, and what the model knows of its transaction. */
    private static final class Lent {
        final Connection handle;
        final TreeSet<Integer> uncommitted = new TreeSet<>();
        boolean manual;
        boolean begunBySql;
        boolean doomed;

        Lent(Connection handle) {
            this.handle = handle;
        }

        boolean inTransaction() {
            return manual || begunBySql;
        }
    }

    private static final class Run implements AutoCloseable {
        private final int size;
        private final DuckPool pool;
        private final List<Lent> lent = new ArrayList<>();
        private final Deque<CompletableFuture<Connection>> waiting = new ArrayDeque<>();
        private final List<Connection> closed = new ArrayList<>();
        private final TreeSet<Integer> committed = new TreeSet<>();
        private int nextRow;
        private long borrows;

        Run(int size) {
            this.size = size;
            this.pool = DuckPool.builder()
                    .database(":memory:")
                    .maxSize(size)
                    .borrowTimeout(Duration.ofHours(1))
                    .initSql("CREATE TABLE t (x INTEGER)")
                    .build();
        }

        void take(Step step, int which) throws Exception {
            switch (step) {
                case BORROW -> borrow();
                case BORROW_ASYNC -> borrowAsync();
                case CANCEL -> cancel(which);
                case CLOSE_AGAIN -> {
                    if (!closed.isEmpty()) {
                        closed.get(which % closed.size()).close();
                    }
                }
                case USE_CLOSED -> {
                    if (!closed.isEmpty()) {
                        Connection stale = closed.get(which % closed.size());
                        assertThat(stale.isClosed()).isTrue();
                        assertThatThrownBy(stale::createStatement).isInstanceOf(SQLException.class);
                    }
                }
                default -> {
                    if (!lent.isEmpty()) {
                        use(step, lent.get(which % lent.size()));
                    }
                }
            }
        }

        private void borrow() throws SQLException {
            if (lent.size() < size) {
                add(pool.getConnection());
            } else {
                assertThatThrownBy(() -> pool.getConnection(Duration.ZERO))
                        .isInstanceOf(SQLTransientConnectionException.class);
            }
        }

        private void add(Connection handle) throws SQLException {
            borrows++;
            assertThat(handle.getAutoCommit()).isTrue();
            assertThat(DuckPoolTest.intOf(handle, "SELECT count(*) FROM duckdb_tables() WHERE temporary"))
                    .as("temp tables of others")
                    .isZero();
            lent.add(new Lent(handle));
        }

        private void borrowAsync() throws Exception {
            CompletableFuture<Connection> future = pool.connectionAsync();
            if (lent.size() < size) {
                add(future.get(30, TimeUnit.SECONDS));
            } else {
                assertThat(future).isNotDone();
                waiting.add(future);
            }
        }

        private void cancel(int which) {
            if (!waiting.isEmpty()) {
                CompletableFuture<Connection> future = new ArrayList<>(waiting).get(which % waiting.size());
                assertThat(future.cancel(false)).isTrue();
                waiting.remove(future);
            }
        }

        private void use(Step step, Lent on) throws Exception {
            switch (step) {
                case CLOSE -> {
                    on.handle.close();
                    gone(on);
                }
                case ABORT -> {
                    on.handle.abort(Runnable::run);
                    gone(on);
                }
                case INSERT -> insert(on);
                case BEGIN -> {
                    if (!on.begunBySql) {
                        on.handle.setAutoCommit(false);
                        on.manual = true;
                    }
                }
                case COMMIT -> commit(on);
                case ROLLBACK -> {
                    on.handle.rollback();
                    on.uncommitted.clear();
                    on.begunBySql = false;
                    on.doomed = false;
                }
                case FAIL_STATEMENT -> {
                    assertThatThrownBy(() -> DuckPoolTest.run(on.handle, "INSERT INTO t VALUES ('no number')"))
                            .isInstanceOf(SQLException.class);
                    on.doomed |= on.inTransaction();
                }
                case LEAVE_TEMP_TABLE -> {
                    if (!on.doomed) {
                        DuckPoolTest.run(on.handle, "CREATE TEMP TABLE IF NOT EXISTS mine (x INTEGER)");
                    }
                }
                case LEAVE_SQL_BEGIN -> {
                    if (!on.inTransaction()) {
                        DuckPoolTest.run(on.handle, "BEGIN");
                        on.begunBySql = true;
                    }
                }
                case UNWRAP_AWAY -> on.handle.unwrap(org.duckdb.DuckDBConnection.class);
                default -> throw new IllegalStateException("no use: " + step);
            }
        }

        private void insert(Lent on) throws SQLException {
            if (on.doomed) {
                return; // what a doomed transaction answers differs between the drivers; the commit is what counts
            }
            int row = nextRow++;
            DuckPoolTest.run(on.handle, "INSERT INTO t VALUES (" + row + ")");
            (on.inTransaction() ? on.uncommitted : committed).add(row);
        }

        private void commit(Lent on) throws SQLException {
            if (!on.inTransaction()) {
                assertThatThrownBy(on.handle::commit).isInstanceOf(SQLException.class);
                return;
            }
            if (on.doomed) {
                assertThatThrownBy(on.handle::commit).isInstanceOf(SQLException.class);
            } else {
                on.handle.commit();
                committed.addAll(on.uncommitted);
            }
            on.uncommitted.clear();
            on.begunBySql = false;
            on.doomed = false;
        }

        /** A place came free: the one who has waited longest has it now. */
        private void gone(Lent on) throws Exception {
            lent.remove(on);
            closed.add(on.handle);
            CompletableFuture<Connection> next = waiting.poll();
            if (next != null) {
                add(next.get(30, TimeUnit.SECONDS));
            }
        }

        void check() {
            PoolStats stats = pool.stats();
            assertThat(stats.active()).isEqualTo(lent.size());
            assertThat(stats.waiting()).isEqualTo(waiting.size());
            assertThat(stats.borrows()).isEqualTo(borrows);
            assertThat(stats.idle()).isBetween(0, size - lent.size());
            for (CompletableFuture<Connection> future : waiting) {
                assertThat(future).isNotDone();
            }
        }

        void finish() throws Exception {
            for (CompletableFuture<Connection> future : waiting) {
                future.cancel(false);
            }
            waiting.clear();
            for (Lent each : new ArrayList<>(lent)) {
                each.handle.close();
                gone(each);
            }
            try (Connection c = pool.getConnection()) {
                TreeSet<Integer> rows = new TreeSet<>();
                try (var statement = c.createStatement();
                        var result = statement.executeQuery("SELECT x FROM t")) {
                    while (result.next()) {
                        assertThat(rows.add(result.getInt(1))).as("once").isTrue();
                    }
                }
                assertThat(rows).isEqualTo(committed);
            }
        }

        @Override
        public void close() {
            List<CompletableFuture<Connection>> late = new ArrayList<>(waiting);
            for (Lent each : lent) { // a failed check left them
                try {
                    each.handle.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
            pool.close();
            assertThat(pool.stats().active()).isZero();
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLNonTransientConnectionException.class);
            for (CompletableFuture<Connection> future : late) {
                try {
                    future.get(30, TimeUnit.SECONDS).close();
                } catch (ExecutionException refused) {
                    assertThat(refused.getCause()).isInstanceOf(SQLException.class);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
