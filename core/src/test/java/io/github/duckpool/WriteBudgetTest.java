package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The line, the connection, the attempts and the statements share one time: each stage gets what the one before has left. A stage
 * that got the whole time again would take longer than it is allowed here in every round; a machine that stalls may make one
 * round worthless, and it is done again.
 */
@Timeout(180)
class WriteBudgetTest extends WriteFixture {
    private static final Duration TIME = Duration.ofMillis(2_500);

    /** What the stage before takes of it. */
    private static final long TAKEN_MILLIS = 1_800;

    private static final Pattern ACCOUNT = Pattern.compile(
            "not done within 2500 ms: waited (\\d+) ms in the writers' line and (\\d+) ms for a connection, ran (\\d+) ms");

    private static void sleepUntil(long startNanos) throws InterruptedException {
        while (System.nanoTime() - startNanos < TimeUnit.MILLISECONDS.toNanos(TAKEN_MILLIS)) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** A test that tells what the time was spent on, in line, for the connection and in the function; null to be done again. */
    private interface Round {
        long @Nullable [] spend() throws Exception;
    }

    private static long[] undisturbed(Round round) throws Exception {
        for (int i = 0; i < 8; i++) {
            long[] spent = round.spend();
            if (spent != null) {
                return spent;
            }
        }
        throw new AssertionError("each of eight rounds took longer than it may, or did not come as far as it should");
    }

    private static long @Nullable [] account(@Nullable Throwable e) {
        assertThat(e).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SQLTimeoutException.class);
        Matcher matcher = ACCOUNT.matcher(String.valueOf(e));
        if (!matcher.find()) {
            return null; // the machine was so late that the time was over in line
        }
        long[] spent = {
            Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3))
        };
        return spent[0] + spent[1] + spent[2] < TIME.toMillis() + 500 ? spent : null;
    }

    private DuckPool one(int group) {
        pool.close();
        DuckPoolBuilder builder = builder().maxSize(1);
        if (group > 0) {
            builder.groupCommit(GroupCommit.upTo(group));
        }
        pool = builder.build();
        return pool;
    }

    /** The only connection goes to one who has waited for longer, when the turn has come. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void whatTheLineLeavesIsForTheConnection(int group) throws Exception {
        long[] spent = undisturbed(() -> lineThenConnection(group));
        assertThat(spent[0]).isGreaterThanOrEqualTo(TAKEN_MILLIS);
        assertThat(spent[1] + spent[2]).isLessThan(TIME.toMillis());
    }

    private long @Nullable [] lineThenConnection(int group) throws Exception {
        one(group);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = block(pool, release);
        CompletableFuture<Connection> other = pool.connectionAsync();
        CompletableFuture<Integer> write = pool.writeAsync(c -> 0, TIME);
        long startNanos = System.nanoTime(); // of the shorter one: the write's time runs already
        sleepUntil(startNanos);
        release.countDown();
        blocker.get();
        try (Connection held = other.get()) {
            long[] spent = account(catchThrowable(write::get));
            assertThat(held.isClosed()).isFalse();
            return spent;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void whatTheLineLeavesIsForTheStatement(int group) throws Exception {
        long[] spent = undisturbed(() -> lineThenStatement(group));
        assertThat(spent[0]).isGreaterThanOrEqualTo(TAKEN_MILLIS);
        assertThat(spent[2]).isLessThan(TIME.toMillis());
    }

    private long @Nullable [] lineThenStatement(int group) throws Exception {
        one(group);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = block(pool, release);
        CompletableFuture<Integer> write = pool.writeAsync(c -> intOf(c, ENDLESS), TIME);
        sleepUntil(System.nanoTime());
        release.countDown();
        blocker.get();
        return account(catchThrowable(write::get));
    }

    @Test
    void whatTheConnectionLeavesIsForTheStatement() throws Exception {
        long[] spent = undisturbed(this::connectionThenStatement);
        assertThat(spent[1]).isGreaterThanOrEqualTo(TAKEN_MILLIS - 1_000);
        assertThat(spent[2]).isLessThan(TIME.toMillis());
    }

    private long @Nullable [] connectionThenStatement() throws Exception {
        one(0);
        Connection held = pool.connectionAsync().get();
        CompletableFuture<Integer> write = pool.writeAsync(c -> intOf(c, ENDLESS), TIME);
        sleepUntil(System.nanoTime());
        held.close();
        long[] spent = account(catchThrowable(write::get));
        return spent == null || spent[0] > 500 ? null : spent; // the writer's thread was late
    }

    /** A read that waits for a connection on no thread tells of that wait, too, however its time ends. */
    @Test
    void whatTheConnectionLeavesIsForTheStatementOfARead() throws Exception {
        one(0);
        long[] spent = undisturbed(this::connectionThenRead);
        assertThat(spent[1]).isGreaterThanOrEqualTo(TAKEN_MILLIS - 1_000);
        assertThat(spent[2]).isLessThan(TIME.toMillis());
        Connection held = pool.connectionAsync().get();
        for (int i = 0; i < 20; i++) { // the line's timer and the call's run a race
            Throwable late = catchThrowable(
                    () -> pool.readAsync(c -> 0, Duration.ofMillis(20)).get());
            assertThat(late).hasCauseInstanceOf(SQLTimeoutException.class);
            assertThat(late).hasMessageContaining(" for a connection, ran 0 ms");
        }
        held.close();
    }

    private long @Nullable [] connectionThenRead() throws Exception {
        Connection held = pool.connectionAsync().get();
        long startNanos = System.nanoTime();
        CompletableFuture<Integer> read = pool.readAsync(c -> intOf(c, ENDLESS), TIME);
        sleepUntil(startNanos);
        held.close();
        return account(catchThrowable(read::get));
    }

    /** A program that has the database open until its input ends. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            try (Connection held = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
                System.out.println("held " + !held.isClosed());
                while (System.in.read() >= 0) {}
            }
        }
    }

    /** Another program has the file: the first write waits for DuckDB's lock until its time is over, and the second for what that leaves. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    void whatTheLineLeavesIsForTheLock(int group) throws Exception {
        pool.close();
        Path output = directory.resolve("holder.log");
        Process holder = ChildJvm.start(
                Holder.class, output, directory.resolve("w.duckdb").toString());
        try {
            while (!ChildJvm.read(output).contains("held true")) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            long[] spent = undisturbed(() -> lineThenLock(group));
            assertThat(spent[0]).isBetween(TAKEN_MILLIS - 1_000, TIME.toMillis() - 1);
            assertThat(spent[1]).isPositive();
        } finally {
            holder.getOutputStream().close();
            assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        pool.write(c -> 0); // the file is free
    }

    private long @Nullable [] lineThenLock(int group) throws Exception {
        one(group);
        CompletableFuture<@Nullable Throwable> first = new CompletableFuture<>();
        long startNanos = System.nanoTime();
        new Thread(() -> first.complete(catchThrowable(() -> pool.write(c -> 0, Duration.ofMillis(TAKEN_MILLIS)))))
                .start();
        while (pool.stats().waiting() == 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        // On this thread, which no timer takes out of a wait that is too long.
        Throwable second = catchThrowable(() -> pool.write(c -> 0, TIME));
        long tookNanos = System.nanoTime() - startNanos;
        assertThat(first.get()).isInstanceOf(SQLTimeoutException.class);
        assertThat(second).isInstanceOf(SQLTimeoutException.class);
        assertThat(tookNanos).as("%s", second).isGreaterThanOrEqualTo(TIME.toNanos());
        boolean early = tookNanos < TimeUnit.MILLISECONDS.toNanos(TAKEN_MILLIS) + TIME.toNanos() - 500_000_000;
        return early ? account(new ExecutionException(second)) : null;
    }

    /** What waits for a lock, on the file or on a row, is the retry policy, which is told what is left. */
    @Test
    void whatTheLineLeavesIsForTheAttempts() throws Exception {
        pool.close();
        List<Duration> budgets = new CopyOnWriteArrayList<>();
        RetryPolicy noting = new RetryPolicy() {
            @Override
            public <T extends @Nullable Object> T call(SqlCallable<T> work, Duration budget) throws SQLException {
                budgets.add(budget);
                return work.call();
            }
        };
        pool = builder().maxSize(2).retry(noting).build();
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Integer> blocker = block(pool, release);
        budgets.clear();
        CompletableFuture<Integer> write = pool.writeAsync(c -> 1, Duration.ofSeconds(40));
        sleepUntil(System.nanoTime());
        release.countDown();
        blocker.get();
        assertThat(write.get()).isEqualTo(1);
        assertThat(budgets).hasSize(1);
        assertThat(budgets.get(0)).isLessThanOrEqualTo(Duration.ofSeconds(40).minusMillis(TAKEN_MILLIS));

        // The file is closed, so the next write's budget bounds opening it, too.
        pool.close();
        pool = builder().maxSize(2).retry(noting).build();
        budgets.clear();
        assertThat(pool.<Integer>write(c -> 2, Duration.ofSeconds(7))).isEqualTo(2);
        assertThat(budgets).hasSizeGreaterThanOrEqualTo(2).allMatch(b -> b.compareTo(Duration.ofSeconds(7)) <= 0);

        // So does a longer one than the pool's own.
        pool.close();
        pool = builder().maxSize(2).retry(noting).build();
        budgets.clear();
        assertThat(pool.<Integer>write(c -> 3, Duration.ofSeconds(70))).isEqualTo(3);
        assertThat(budgets).hasSizeGreaterThanOrEqualTo(2).allMatch(b -> b.compareTo(Duration.ofSeconds(35)) > 0);
    }
}
