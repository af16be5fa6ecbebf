package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/** Good and bad writes at random that share turns and commits: what is there in the end is what one after another had left. */
class WriteModelTest {
    /** What may be wrong with a write. */
    enum Flaw {
        NONE,
        NOT_NULL,
        TYPE,
        WIDTH,
        THROWN
    }

    /** One write: a row, or a function that inserts it. */
    record Step(boolean row, int key, Flaw flaw) {
        CompletableFuture<?> ask(DuckPool pool) {
            if (row) {
                return switch (flaw) {
                    case NONE -> pool.appendAsync("t", key, "a");
                    case NOT_NULL -> pool.appendAsync("t", key, null);
                    case TYPE -> pool.appendAsync("t", "no number", "a");
                    case WIDTH, THROWN -> pool.appendAsync("t", key);
                };
            }
            return pool.writeAsync(c -> {
                switch (flaw) {
                    case NONE, THROWN -> run(c, "INSERT INTO t VALUES (" + key + ", 'a')");
                    case NOT_NULL -> run(c, "INSERT INTO t VALUES (" + key + ", NULL)");
                    case TYPE -> run(c, "INSERT INTO t VALUES ('no number', 'a')");
                    case WIDTH -> run(c, "INSERT INTO t VALUES (" + key + ")");
                }
                if (flaw == Flaw.THROWN) {
                    throw new IllegalStateException("thrown " + key);
                }
                return key;
            });
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Flaw> flaws = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, Arbitraries.just(Flaw.NONE)),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(Flaw.class)));
        Arbitrary<Boolean> rows = Arbitraries.of(true, true, false);
        return Combinators.combine(rows, Arbitraries.integers().between(0, 60), flaws)
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(80);
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void exactlyTheGoodOnesAreThereInTheOrderTheyCame(
            @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 20) int group) throws Exception {
        DuckPoolBuilder builder = DuckPool.builder().database(":memory:").maxSize(2);
        if (group > 1) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        try (DuckPool pool = builder.build()) {
            pool.write(c -> {
                run(c, "CREATE TABLE t (x INTEGER PRIMARY KEY, y VARCHAR NOT NULL)");
                return 0;
            });
            CountDownLatch release = new CountDownLatch(1);
            WriteFixture.block(pool, release);
            List<CompletableFuture<?>> futures = new ArrayList<>();
            for (Step step : steps) {
                futures.add(step.ask(pool));
            }
            release.countDown();
            Set<Integer> model = new LinkedHashSet<>();
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                boolean good = step.flaw() == Flaw.NONE && model.add(step.key());
                assertThat(succeeds(futures.get(i))).as("step %d, %s", i, step).isEqualTo(good);
            }
            assertThat(pool.<List<Integer>>read(WriteModelTest::keys)).containsExactlyElementsOf(model);
            while (pool.stats().active() > 0) { // results are given out before the connection goes back
                Thread.onSpinWait();
            }
        }
    }

    private static boolean succeeds(CompletableFuture<?> future) throws Exception {
        try {
            future.get(50, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof SQLException)) {
                assertThat(e).hasMessageContaining("thrown");
            }
            return false;
        }
    }

    private static List<Integer> keys(java.sql.Connection c) throws SQLException {
        List<Integer> keys = new ArrayList<>();
        try (Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("SELECT x FROM t ORDER BY rowid")) {
            while (rows.next()) {
                keys.add(rows.getInt(1));
            }
        }
        return keys;
    }
}
