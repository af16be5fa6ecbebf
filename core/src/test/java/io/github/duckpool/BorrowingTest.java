package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Borrowing by threads of all kinds: what they get, and what they are told. */
@Timeout(120)
class BorrowingTest {

    private static DuckPoolBuilder builder() {
        return DuckPool.builder().database(":memory:").poolName("letters").maxSize(2);
    }

    @Test
    void aTimeOutTellsWhatWasAskedAndWhoHasIt() throws Exception {
        try (DuckPool pool = builder().build();
                Connection one = pool.getConnection();
                Connection two = pool.getConnection()) {
            assertThat(one).isNotSameAs(two);
            CompletableFuture<Connection> another = pool.connectionAsync();
            assertThatThrownBy(() -> pool.getConnection(Duration.ofMillis(40)))
                    .isExactlyInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageMatching("letters: no connection came free within 40 ms \\(waited \\d+ ms\\): "
                            + "active 2, idle 0, waiting 1, max 2; longest borrowed \\d+ ms ago by thread "
                            + Thread.currentThread().getName())
                    .hasNoCause()
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08001"));
            another.cancel(true);
            assertThatThrownBy(() -> pool.getConnection(Duration.ZERO))
                    .isExactlyInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("within 0 ms");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.getConnection(Duration.ofMillis(-1)))
                    .withMessage("timeout must not be negative, was PT-0.001S");
            assertThat(pool.stats().timeouts()).isEqualTo(2);
            assertThat(pool.stats().oldestBorrow()).isPresent();
        }
    }

    @Test
    void withLeakTrackingTheStackOfTheOldestBorrowerIsTheCause() throws Exception {
        try (DuckPool pool = builder().leakThreshold(Duration.ofHours(1)).build();
                Connection sync = pool.getConnection()) {
            assertThat(sync.isClosed()).isFalse();
            try (Connection async = askedByFuture(pool)) {
                assertThat(async.isClosed()).isFalse();
                assertThatThrownBy(() -> pool.getConnection(Duration.ofMillis(1)))
                        .hasStackTraceContaining("withLeakTrackingTheStackOfTheOldestBorrowerIsTheCause");
            }
        }
        try (DuckPool pool =
                        builder().maxSize(1).leakThreshold(Duration.ofHours(1)).build();
                Connection async = askedByFuture(pool)) {
            assertThat(async.isClosed()).isFalse();
            assertThatThrownBy(() -> pool.getConnection(Duration.ofMillis(1)))
                    .as("the one who asked, not the worker that delivered")
                    .hasMessageContaining("by thread " + Thread.currentThread().getName())
                    .hasStackTraceContaining("askedByFuture");
        }
    }

    private static Connection askedByFuture(DuckPool pool) throws Exception {
        return pool.connectionAsync().get(30, TimeUnit.SECONDS);
    }

    @Test
    void whileTheDatabaseCanNotBeOpenedYetTheTimeOutSaysSo() throws Exception {
        try (DuckPool pool = DuckPool.builder()
                .dataSource(new SlowSource())
                .borrowTimeout(Duration.ofMillis(30))
                .closeTimeout(Duration.ZERO)
                .build()) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("the database is being opened");
        }
    }

    @Test
    void whoAsksAgainAndAgainWithoutWaitingIsServedInTheEnd() throws Exception {
        try (DuckPool pool = builder().build()) {
            Polling.poll(() -> pool.getConnection(Duration.ZERO)).close();
        }
        try (DuckPool pool = builder().build()) {
            Polling.poll(() -> pool.connectionAsync(Duration.ZERO).get(30, TimeUnit.SECONDS))
                    .close();
        }
    }

    /** Never gives a connection, until its thread is interrupted. */
    private static final class SlowSource extends UselessSource {
        @Override
        public Connection getConnection() throws SQLException {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SQLException("interrupted");
        }
    }

    @Test
    void anInterruptEndsTheWaitAndTheFlagIsKept() throws Exception {
        try (DuckPool pool = builder().maxSize(1).build();
                Connection held = pool.getConnection()) {
            assertThat(held.isClosed()).isFalse();
            Thread.currentThread().interrupt();
            assertThatThrownBy(pool::getConnection)
                    .isExactlyInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("letters: interrupted after waiting ")
                    .hasMessageContaining("active 1, idle 0, waiting 0, max 1")
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
        try (DuckPool pool = builder().build()) {
            pool.getConnection().close();
            Thread.currentThread().interrupt();
            try (Connection free = pool.getConnection()) { // needs no wait
                assertThat(DuckPoolTest.intOf(free, "SELECT 1")).isOne();
            }
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void interruptsInAStormLoseNoConnection() throws Exception {
        try (DuckPool pool = builder().build()) {
            AtomicInteger served = new AtomicInteger();
            AtomicReference<Throwable> odd = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Thread thread = new Thread(() -> {
                    while (served.get() < 2_000) {
                        try (Connection c = pool.getConnection()) {
                            served.incrementAndGet();
                        } catch (SQLTransientConnectionException e) {
                            if (!Thread.interrupted()) {
                                odd.set(e);
                            }
                        } catch (SQLException e) {
                            odd.set(e);
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
            while (served.get() < 2_000 && odd.get() == null) {
                threads.forEach(Thread::interrupt);
                Thread.yield();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(odd.get()).isNull();
            assertThat(pool.stats().active()).isZero();
            assertThat(pool.stats().waiting()).isZero();
            try (Connection a = pool.getConnection(Duration.ofSeconds(20));
                    Connection b = pool.getConnection(Duration.ofSeconds(20))) {
                assertThat(a.isValid(0) && b.isValid(0)).isTrue();
            }
        }
    }

    @Test
    void virtualThreadsBorrow() throws Exception {
        Method start;
        try {
            start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException e) {
            start = null;
        }
        assumeThat(start)
                .as("SKIPPED: JDK " + Runtime.version() + " has no virtual threads")
                .isNotNull();
        try (DuckPool pool = builder().build()) {
            AtomicReference<Throwable> odd = new AtomicReference<>();
            Set<Connection> out = ConcurrentHashMap.newKeySet();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                Runnable work = () -> {
                    try (Connection c = pool.getConnection()) {
                        out.add(c);
                        if (out.size() > 2) {
                            throw new AssertionError("more than maxSize are out: " + out);
                        }
                        DuckPoolTest.intOf(c, "SELECT 1");
                        out.remove(c);
                    } catch (Throwable e) {
                        odd.set(e);
                    }
                };
                threads.add((Thread) start.invoke(null, work));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(odd.get()).isNull();
            assertThat(pool.stats().active()).isZero();

            try (Connection a = pool.getConnection();
                    Connection b = pool.getConnection()) {
                assertThat(a).isNotSameAs(b);
                AtomicReference<Boolean> flag = new AtomicReference<>();
                Thread waiter = (Thread) start.invoke(null, (Runnable) () -> {
                    try {
                        pool.getConnection().close();
                    } catch (SQLException e) {
                        flag.set(Thread.currentThread().isInterrupted());
                    }
                });
                DuckPoolTest.awaitWaiting(pool, 1);
                waiter.interrupt();
                waiter.join();
                assertThat(flag.get()).isTrue();
            }
        }
    }

    @Test
    void isADataSource() throws Exception {
        try (DuckPool inner = builder().build();
                DuckPool pool =
                        DuckPool.builder().dataSource(inner).poolName("outer").build()) {
            DataSource source = pool;
            assertThat(source.isWrapperFor(DuckPool.class)).isTrue();
            assertThat(source.isWrapperFor(String.class)).isFalse();
            assertThat(source.unwrap(DataSource.class)).isSameAs(pool);
            assertThatThrownBy(() -> inner.unwrap(String.class))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("letters: is no wrapper for java.lang.String");
            assertThat(source.getLoginTimeout()).isEqualTo(30);
            assertThatThrownBy(() -> source.getConnection("sa", ""))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("DuckDB has no users");
            assertThatThrownBy(() -> source.setLoginTimeout(1)).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(source::createConnectionBuilder).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(source::createShardingKeyBuilder).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThat(source.isWrapperFor(DataSource.class)).isTrue();
            assertThatThrownBy(source::getLogWriter).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(() -> source.setLogWriter(null)).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThatThrownBy(source::getParentLogger).isInstanceOf(SQLFeatureNotSupportedException.class);
            assertThat(inner).hasToString("DuckPool[letters, jdbc:duckdb:]");
            assertThat(pool).hasToString("DuckPool[outer, DuckPool[letters, jdbc:duckdb:]]");
        }
    }
}
