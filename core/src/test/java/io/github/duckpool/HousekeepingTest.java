package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pool does by itself as time goes by, and what it shows of itself. */
@Timeout(60)
class HousekeepingTest {

    private static DuckPoolBuilder builder() {
        return DuckPool.builder().database(":memory:");
    }

    private static void await(DuckPool pool, Predicate<PoolStats> condition) {
        while (!condition.test(pool.stats())) {
            Thread.onSpinWait();
        }
    }

    @Test
    void minIdleIsKeptReadyBesideWhatIsBorrowed() throws Exception {
        try (DuckPool pool = builder().minIdle(2).maxSize(4).build()) {
            await(pool, stats -> stats.idle() == 2); // nobody has asked yet
            Connection a = pool.getConnection();
            Connection b = pool.getConnection();
            await(pool, stats -> stats.idle() == 2);
            Connection c = pool.getConnection(); // one place is left
            await(pool, stats -> stats.idle() == 1 && stats.active() == 3);
            for (Connection each : List.of(a, b, c)) {
                each.close();
            }
            assertThat(pool.stats().created()).isEqualTo(4);
        }
    }

    @Test
    void whatIsUnusedForTooLongIsClosedDownToMinIdle() throws Exception {
        try (DuckPool pool = builder()
                .minIdle(1)
                .maxSize(4)
                .idleTimeout(Duration.ofMillis(50))
                .build()) {
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(pool.getConnection());
            }
            for (Connection each : all) {
                each.close();
            }
            await(pool, stats -> stats.idle() == 1 && stats.destroyed() == 3);
            assertThat(pool.stats().created()).isEqualTo(4);
        }
        try (DuckPool pool = builder().idleTimeout(Duration.ofMillis(50)).build()) {
            pool.getConnection().close();
            await(pool, stats -> stats.idle() == 0 && stats.destroyed() == 1);
        }
    }

    @Test
    void whatIsTooOldIsReplacedButNotWhileItIsBorrowed() throws Exception {
        try (DuckPool pool = builder().maxLifetime(Duration.ofMillis(80)).build()) {
            Connection borrowed = pool.getConnection();
            Connection idle = pool.getConnection();
            idle.close();
            await(pool, stats -> stats.destroyed() == 1);
            assertThat(DuckPoolTest.intOf(borrowed, "SELECT 1")).isOne();
            borrowed.close();
            await(pool, stats -> stats.destroyed() == 2);
            assertThat(pool.stats().idle()).isZero();
        }
    }

    @Test
    void aLeakIsReportedOnceWithTheStackThatBorrowed() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (DuckPool pool =
                builder().poolName("leaky").leakThreshold(Duration.ofMillis(50)).build()) {
            Connection leaked = borrowAndForget(pool);
            while (!log.toString(StandardCharsets.UTF_8)
                    .contains("leaky: a connection is out for longer than leakThreshold 50 ms")) {
                Thread.onSpinWait();
            }
            // A later leak is reported after further rounds, which would have reported the first one again.
            Connection second = pool.getConnection();
            while (log.toString(StandardCharsets.UTF_8).split("a connection is out for longer", -1).length < 3) {
                Thread.onSpinWait();
            }
            assertThat(log.toString(StandardCharsets.UTF_8).split("borrowAndForget", -1))
                    .hasSize(2);
            leaked.close();
            second.close();
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("by thread " + Thread.currentThread().getName(), "HousekeepingTest.borrowAndForget");
    }

    private static Connection borrowAndForget(DuckPool pool) throws SQLException {
        return pool.getConnection();
    }

    @Test
    void namesAreShownInJmxUntilThePoolIsClosed() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (String[] name : new String[][] {{"jmx letters", "jmx letters"}, {"a*b?c:d,e=f\"", "a_b_c_d_e_f_"}}) {
            ObjectName bean = new ObjectName("org.apache.commons.pool2:type=GenericObjectPool,name=" + name[1]);
            try (DuckPool pool = builder().poolName(name[0]).maxSize(3).build();
                    Connection c = pool.getConnection()) {
                assertThat(c.isClosed()).isFalse();
                assertThat(server.getAttribute(bean, "MaxTotal")).isEqualTo(3);
                assertThat(server.getAttribute(bean, "NumActive")).isEqualTo(1);
                assertThat(server.getAttribute(bean, "CreatedCount")).isEqualTo(1L);
            }
            assertThat(server.isRegistered(bean)).isFalse();
        }
    }

    @Test
    void twoPoolsMayHaveOneName() throws Exception {
        try (DuckPool one = builder().poolName("twin").build();
                DuckPool two = builder().poolName("twin").build();
                Connection a = one.getConnection();
                Connection b = two.getConnection()) {
            DuckPoolTest.run(a, "CREATE TABLE t (x INTEGER)");
            assertThat(DuckPoolTest.intOf(b, "SELECT count(*) FROM duckdb_tables()"))
                    .isZero();
        }
    }
}
