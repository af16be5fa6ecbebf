package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever call to the driver fails, nothing is lost for it: no slot, no connection, no later borrower. */
@Timeout(120)
class FaultInjectionTest {
    private static final int SIZE = 2;

    enum Fault implements Supplier<Throwable> {
        SQL {
            @Override
            public Throwable get() {
                return new SQLException("injected");
            }
        },
        UNCHECKED {
            @Override
            public Throwable get() {
                return new IllegalStateException("injected");
            }
        },
        ERROR {
            @Override
            public Throwable get() {
                return new StackOverflowError("injected");
            }
        },
        FATAL {
            @Override
            public Throwable get() {
                return new SQLException(FaultySource.FATAL);
            }
        }
    }

    private static DuckPool pool(FaultySource source) {
        return DuckPool.builder()
                .dataSource(source)
                .maxSize(SIZE)
                .initSql("SELECT 1")
                .connectionInitSql("SELECT 2")
                .borrowTimeout(Duration.ofSeconds(20))
                .build();
    }

    /** Uses most of what a pool does; stops wherever a fault surfaces, as a caller would, by way of its try blocks. */
    private static void work(DuckPool pool) throws Exception {
        try (Connection c = pool.getConnection()) {
            try (PreparedStatement insert = c.prepareStatement("INSERT INTO t VALUES (?)")) {
                insert.setInt(1, 1);
                insert.executeUpdate();
            }
        }
        try (Connection c = pool.getConnection();
                Connection d = pool.getConnection()) {
            c.setAutoCommit(false);
            DuckPoolTest.run(c, "INSERT INTO t VALUES (2)");
            c.commit();
            DuckPoolTest.run(c, "INSERT INTO t VALUES (3)");
            try (Statement statement = d.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT x FROM t")) {
                assertThat(rows.next()).isTrue();
            }
            CompletableFuture<Connection> waiting = pool.connectionAsync();
            d.close();
            try (Connection e = waiting.get(20, TimeUnit.SECONDS)) {
                DuckPoolTest.run(e, "CREATE TEMP TABLE touched (x INTEGER)");
            }
        }
        try (Connection c = pool.getConnection()) {
            DuckPoolTest.intOf(c, "SELECT count(*) FROM t");
        }
    }

    private static boolean isInjected(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("injected")
                    || String.valueOf(cause.getMessage()).contains("FATAL")) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @EnumSource
    void anyCallMayFail(Fault fault) throws Exception {
        int n = 1;
        for (boolean reached = true; reached; n++) {
            try (FaultySource source = new FaultySource()) {
                source.fault = fault;
                source.failAt = n;
                DuckPool pool = pool(source);
                try {
                    work(pool);
                } catch (Exception | StackOverflowError e) {
                    assertThat(isInjected(e))
                            .as("call %d, %s: %s", n, source.trace.get(n - 1), e)
                            .isTrue();
                }
                reached = source.calls() >= n;
                source.failAt = 0;
                while (!serves(pool, n)) {
                    assertThat(fault)
                            .as("only a fatal error may cost later borrowers theirs")
                            .isEqualTo(Fault.FATAL);
                }
                assertThat(pool.stats().active()).as("lent after call %d", n).isZero();
                assertThat(pool.stats().waiting()).isZero();
                pool.close();
                assertThat(source.open())
                        .as("open connections after call %d, %s", n, source.trace.get(Math.min(n, source.calls()) - 1))
                        .isZero();
            }
        }
        assertThat(n).isGreaterThan(40);
    }

    /** Borrows all there is at once, and looks at it; false if the database was just being opened again. */
    private static boolean serves(DuckPool pool, int n) throws SQLException {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < SIZE; i++) {
                all.add(pool.getConnection());
            }
            for (Connection c : all) {
                assertThat(DuckPoolTest.intOf(c, "SELECT count(*) FROM t WHERE x = 3"))
                        .as("call %d: an insert that was never committed", n)
                        .isZero();
            }
            return true;
        } catch (SQLException e) {
            assertThat((Throwable) e).hasMessageContaining("FATAL");
            return false;
        } finally {
            for (Connection c : all) {
                c.close();
            }
        }
    }

    @Test
    void aConnectionThatHangsInCloseIsReplacedAtOnce() throws Exception {
        try (FaultySource source = new FaultySource()) {
            CountDownLatch release = new CountDownLatch(1);
            DuckPool pool = pool(source);
            try (Connection c = pool.getConnection()) {
                DuckPoolTest.run(c, "CREATE TEMP TABLE touched (x INTEGER)");
                source.closeGate = release;
            }
            assertThat(pool.stats().active()).isZero();
            List<Connection> both = List.of(pool.getConnection(), pool.getConnection());
            for (Connection c : both) {
                assertThat(DuckPoolTest.intOf(c, "SELECT 1")).isOne();
            }
            assertThat(source.open()).as("with the anchor and the hanging one").isEqualTo(SIZE + 2);
            release.countDown();
            for (Connection c : both) {
                c.close();
            }
            pool.close();
            assertThat(source.open()).isZero();
        }
    }

    @Test
    void aDeadDatabaseIsOpenedAgainForThoseWhoWait() throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = pool(source)) {
            Connection one = pool.getConnection();
            Connection two = pool.getConnection();
            List<CompletableFuture<Connection>> waiting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                waiting.add(pool.connectionAsync());
            }
            source.dead = true;
            assertThatThrownBy(() -> DuckPoolTest.run(one, "SELECT 1")).hasMessageContaining("invalidated");
            for (CompletableFuture<Connection> future : waiting) {
                try (Connection c = future.get(20, TimeUnit.SECONDS)) {
                    assertThat(DuckPoolTest.intOf(c, "SELECT 1")).isOne();
                }
            }
            for (Connection lost : List.of(one, two)) {
                assertThat(lost.isClosed()).isTrue();
                assertThatThrownBy(() -> DuckPoolTest.run(lost, "SELECT 1"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("connection was cut off: DuckDB met a fatal error")
                        .hasMessageContaining("invalidated");
                lost.close();
            }
            assertThat(pool.stats().active()).isZero();
        }
    }

    @Test
    void aConnectionOutsideThePoolKeepsADeadDatabaseDeadAndThatIsSaid() throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = pool(source)) {
            Connection outside = source.getConnection();
            pool.getConnection().close();
            source.dead = true;
            try (Connection c = pool.getConnection()) {
                assertThatThrownBy(() -> DuckPoolTest.run(c, "SELECT 1")).hasMessageContaining("invalidated");
            }
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> {
                            try (Connection c = pool.getConnection()) {
                                DuckPoolTest.run(c, "SELECT 1");
                            }
                        })
                        .isInstanceOf(SQLException.class);
            }
            assertThatThrownBy(() -> pool.connectionAsync().get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
            outside.close();
            while (!serves(pool, 0)) {
                Thread.onSpinWait();
            }
        }
    }
}
