package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.FaultInjectionTest.Fault;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever call to the driver fails while something is written, before it is done or after: every caller is told the truth about
 * its own rows, nothing leaks, and the next write works.
 */
@Timeout(120)
class WriteFaultTest {
    /** A way to write rows; each tells what its callers were told, by row: null for success. */
    enum Way {
        WRITE {
            @Override
            void write(DuckPool pool, Run run) {
                run.tell(1, () -> pool.write(c -> insert(c, 1)));
                run.tell(2, () -> pool.write(c -> insert(c, 2), Duration.ofSeconds(60)));
            }
        },
        ASYNC {
            @Override
            void write(DuckPool pool, Run run) throws Exception {
                run.queue(pool, 2, x -> pool.writeAsync(c -> insert(c, x)));
            }
        },
        GROUP {
            @Override
            void write(DuckPool pool, Run run) throws Exception {
                run.queue(pool, 4, x -> pool.writeAsync(c -> insert(c, x)));
            }
        },
        APPEND {
            @Override
            void write(DuckPool pool, Run run) {
                for (int x = 1; x <= 2; x++) {
                    int row = x;
                    run.tell(row, () -> {
                        pool.append("t", row);
                        return 0;
                    });
                }
            }
        },
        FEW_ROWS {
            @Override
            void write(DuckPool pool, Run run) throws Exception {
                run.queue(pool, 3, x -> pool.appendAsync("t", x));
            }
        },
        MANY_ROWS {
            @Override
            void write(DuckPool pool, Run run) throws Exception {
                run.queue(pool, 40, x -> pool.appendAsync("t", x));
            }
        },
        STREAM {
            @Override
            void write(DuckPool pool, Run run) {
                @Nullable
                Throwable told = run.outcome(
                        () -> pool.append("t", IntStream.rangeClosed(1, 5).mapToObj(x -> new Object[] {x})));
                for (int x = 1; x <= 5; x++) {
                    run.told.put(x, told);
                }
            }
        };

        abstract void write(DuckPool pool, Run run) throws Exception;

        private static int insert(java.sql.Connection c, int x) throws SQLException {
            try (PreparedStatement insert = c.prepareStatement("INSERT INTO t VALUES (?)")) {
                insert.setInt(1, x);
                return insert.executeUpdate();
            }
        }
    }

    @FunctionalInterface
    private interface Body {
        Object run() throws Exception;
    }

    @FunctionalInterface
    private interface Asking {
        CompletableFuture<?> ask(int x);
    }

    /** One round of writing, the n-th call of which fails. */
    private static final class Run {
        private final FaultySource source;
        private final int n;
        final Map<Integer, @Nullable Throwable> told = new LinkedHashMap<>();

        Run(FaultySource source, int n) {
            this.source = source;
            this.n = n;
        }

        private void arm() {
            source.failAt = source.calls() + n;
        }

        @Nullable
        Throwable outcome(Body body) {
            if (told.isEmpty()) {
                arm();
            }
            try {
                body.run();
                return null;
            } catch (ExecutionException e) {
                return e.getCause();
            } catch (Exception | StackOverflowError e) {
                return e;
            }
        }

        void tell(int x, Body body) {
            told.put(x, outcome(body));
        }

        /** Has all wait for the same turn, in this order. */
        void queue(DuckPool pool, int rows, Asking asking) throws Exception {
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Integer> blocker = WriteFixture.block(pool, release);
            List<CompletableFuture<?>> futures = new ArrayList<>();
            for (int x = 1; x <= rows; x++) {
                futures.add(asking.ask(x));
            }
            arm();
            release.countDown();
            for (int x = 1; x <= rows; x++) {
                CompletableFuture<?> future = futures.get(x - 1);
                told.put(x, null); // armed
                tell(x, () -> future.get(50, TimeUnit.SECONDS));
            }
            outcome(() -> blocker.get(50, TimeUnit.SECONDS));
        }
    }

    private static boolean isInjected(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains("injected") || message.contains("FATAL") || message.contains("fatal")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnknown(Throwable e) {
        return e instanceof SQLException sql && "08007".equals(sql.getSQLState());
    }

    @ParameterizedTest
    @EnumSource
    void anyCallMayFail(Way way) throws Exception {
        for (Fault fault : Fault.values()) {
            failEachCall(way, fault, false);
        }
    }

    /** As when a COMMIT is on the disk and its connection breaks then. */
    @ParameterizedTest
    @EnumSource
    void anyCallMayFailWhenItIsDone(Way way) throws Exception {
        // An INSERT that commits by itself: DuckDB has no plain error for rows that are there.
        boolean bySelf = way == Way.APPEND || way == Way.FEW_ROWS;
        for (Fault fault : bySelf ? List.of(Fault.UNCHECKED, Fault.FATAL) : List.of(Fault.SQL, Fault.FATAL)) {
            failEachCall(way, fault, true);
        }
    }

    /** A write beside the one that finds the database dead: it is told why its connection is gone. */
    @Test
    void aFunctionThatIsCutOffIsToldWhy() throws Exception {
        try (FaultySource source = new FaultySource();
                DuckPool pool = DuckPool.builder().dataSource(source).maxSize(2).build()) {
            CountDownLatch running = new CountDownLatch(1);
            CompletableFuture<Integer> write = pool.writeAsync(c -> {
                running.countDown();
                while (!c.isClosed()) {
                    Thread.onSpinWait();
                }
                return c.createStatement().executeUpdate("INSERT INTO t VALUES (1)");
            });
            running.await();
            source.fault = Fault.FATAL;
            try (java.sql.Connection other = pool.getConnection()) {
                source.failAt = source.calls() + 1;
                assertThatThrownBy(() -> other.createStatement().execute("SELECT 1"))
                        .hasMessageContaining("FATAL");
            }
            assertThatThrownBy(() -> write.get(50, TimeUnit.SECONDS))
                    .cause()
                    .hasMessageContaining("was cut off: DuckDB met a fatal error");
            assertThat(source.values()).isEmpty();
        }
    }

    private static void failEachCall(Way way, Fault fault, boolean late) throws Exception {
        int n = 1;
        for (boolean reached = true; reached; n++) {
            String name = "faulty-" + way + "-" + fault + "-" + late + "-" + n;
            try (FaultySource source = new FaultySource()) {
                source.fault = fault;
                source.late = late;
                DuckPoolBuilder builder = DuckPool.builder()
                        .dataSource(source)
                        .poolName(name)
                        .maxSize(2)
                        .borrowTimeout(Duration.ofSeconds(20));
                if (way == Way.GROUP) {
                    builder.groupCommit(GroupCommit.upTo(3));
                }
                DuckPool pool = builder.build();
                pool.write(c -> 0); // opening it may fail as well, but is another matter
                Run run = new Run(source, n);
                way.write(pool, run);
                reached = source.calls() >= source.failAt;
                List<String> calls = List.copyOf(source.trace); // housekeeping goes on meanwhile
                int last = Math.min(source.failAt, calls.size());
                String where = name + " at " + calls.subList(Math.max(0, last - 3), last);
                source.failAt = 0;
                assertTruth(run, source, where);
                awaitTrue(() -> serves(pool, fault), where);
                assertTruth(run, source, where + ", after another write");
                assertThat(source.values()).as(where).doesNotHaveDuplicates();
                assertThat(pool.stats().active()).as("lent: %s", where).isZero();
                assertThat(pool.stats().waiting()).as("waiting: %s", where).isZero();
                pool.close();
                awaitTrue(() -> source.open() == 0, "open connections: " + where);
                awaitTrue(() -> threads(name).isEmpty(), "threads: " + where);
            }
        }
        assertThat(n).as("calls of %s", way).isGreaterThan(5);
    }

    private static void assertTruth(Run run, FaultySource source, String where) throws SQLException {
        List<Integer> there = source.values();
        run.told.forEach((x, why) -> {
            if (why == null) {
                assertThat(there).as("acknowledged: %s", where).contains(x);
            } else {
                assertThat(isInjected(why)).as("%s: %s", where, why).isTrue();
                if (!isUnknown(why)) {
                    assertThat(there).as("failed with %s: %s", why, where).doesNotContain(x);
                }
            }
        });
        assertThat(there.stream().filter(x -> x < 100).toList()).as(where).isSorted();
    }

    /** The next write works at once; after a fatal error it may be the one that finds the database dead. */
    private static boolean serves(DuckPool pool, Fault fault) {
        try {
            pool.write(c -> {
                run(c, "INSERT INTO t SELECT 100 + (SELECT count(*) FROM t)");
                return 0;
            });
            return true;
        } catch (SQLException e) {
            assertThat(fault)
                    .as("only a fatal error may cost the next one: %s", e)
                    .isEqualTo(Fault.FATAL);
            return false;
        }
    }

    private static List<String> threads(String pool) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(pool + " "))
                .toList();
    }

    private static void awaitTrue(BooleanSupplier condition, String what) throws InterruptedException {
        long startNanos = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - startNanos).as(what).isLessThan(TimeUnit.SECONDS.toNanos(40));
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }
}
