package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A checked exception that a function can't declare, from Kotlin or a library for one: it ends the function as any other does. */
@Timeout(60)
class UndeclaredExceptionTest extends WriteFixture {
    private final CountDownLatch release = new CountDownLatch(1);

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException undeclared() throws E {
        throw (E) new IOException("the network is down");
    }

    private static int fail() {
        throw UndeclaredExceptionTest.<RuntimeException>undeclared();
    }

    private static void assertFails(CompletableFuture<?> future) {
        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    private static int insert(java.sql.Connection c, int x) throws SQLException {
        run(c, "INSERT INTO t VALUES (" + x + ")");
        return x;
    }

    @Test
    void aReadAndAWriteOnOtherThreadsFailWithIt() throws Exception {
        assertFails(pool.readAsync(c -> fail()));
        assertFails(pool.writeAsync(c -> insert(c, 1) + fail()));
        assertThatThrownBy(() -> pool.read(c -> fail())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> pool.write(c -> insert(c, 1) + fail())).isInstanceOf(IOException.class);
        assertThat(pool.writeAsync(c -> insert(c, 2)).get(10, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void inAGroupItIsOneMembersAlone() throws Exception {
        pool.close();
        pool = builder().groupCommit(GroupCommit.upTo(16)).build();
        block(pool, release);
        List<CompletableFuture<Integer>> good = new ArrayList<>();
        good.add(pool.writeAsync(c -> insert(c, 1)));
        CompletableFuture<Integer> bad = pool.writeAsync(c -> insert(c, 2) + fail());
        FutureTask<Integer> blocking = new FutureTask<>(() -> pool.write(c -> insert(c, 3) + fail()));
        Thread thread = new Thread(blocking);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        good.add(pool.writeAsync(c -> insert(c, 4)));
        release.countDown();
        assertFails(bad);
        assertThatThrownBy(() -> blocking.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(SQLException.class)
                .hasCauseInstanceOf(IOException.class);
        for (CompletableFuture<Integer> write : good) {
            write.get(10, TimeUnit.SECONDS);
        }
        assertThat(count()).isEqualTo(2);
        assertThat(pool.writeAsync(c -> insert(c, 5)).get(10, TimeUnit.SECONDS)).isEqualTo(5);
    }

    /** An appender that stays open in a connection that is lent again writes what it holds outside any transaction. */
    @Test
    void rowsOfAStreamThatFailedStayUnwritten() throws Exception {
        for (int round = 0; round < 3; round++) {
            assertThatThrownBy(() -> pool.append("t", IntStream.range(0, 5_001).mapToObj(i -> {
                        if (i == 5_000) {
                            fail();
                        }
                        return new Object[] {i};
                    })))
                    .isInstanceOf(IOException.class);
        }
        assertThat(count()).isZero();
        pool.close();
        pool = builder().build();
        assertThat(pool.<Integer>read(c -> intOf(c, "SELECT count(*) FROM t"))).isZero();
    }
}
