package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A function may abort the connection as long as it has not ended, and never takes it from the next function or from the COMMIT. */
@Timeout(60)
class FunctionAbortTest {

    /** A slot that stops whoever looks whether its borrow is the current one, or claims it, on the aborting thread. */
    private static final class StoppingSlot implements Lending {
        final CountDownLatch looked = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        private final OneSlot slot;
        private @Nullable Thread stopped;

        StoppingSlot(OneSlot slot) {
            this.slot = slot;
        }

        void stopThisThread() {
            stopped = Thread.currentThread();
        }

        private void stop() {
            if (Thread.currentThread() == stopped) {
                stopped = null;
                looked.countDown();
                try {
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public boolean isLent(int stamp) {
            boolean lent = slot.isLent(stamp);
            stop();
            return lent;
        }

        @Override
        public boolean claim(int stamp) {
            stop();
            return slot.claim(stamp);
        }

        @Override
        public boolean share(int stamp) {
            return slot.share(stamp);
        }

        @Override
        public boolean giveBack(int stamp) {
            return slot.giveBack(stamp);
        }

        @Override
        public void recycle() {
            slot.recycle();
        }

        @Override
        public void discard(Session session, @Nullable Throwable why) {
            slot.discard(session, why);
        }

        @Override
        public void fatal(Session session, SQLException why) {
            slot.fatal(session, why);
        }
    }

    private static void abort(Connection c) {
        try {
            c.abort(Runnable::run);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Either the abort comes first, and the function can't end before it has its way; or it comes too late for anything. */
    @Test
    void aFunctionDoesNotEndBetweenTheLookAndTheAbort() throws Exception {
        try (OneSlot slot = new OneSlot()) {
            StoppingSlot stopping = new StoppingSlot(slot);
            UnitOfWork unit = new UnitOfWork(new LentConnection(stopping, slot.session(), slot.lend()));
            unit.begin();
            Connection first = unit.open(() -> {});
            CompletableFuture<Void> aborted = CompletableFuture.runAsync(() -> {
                stopping.stopThisThread();
                abort(first);
            });
            assertThat(stopping.looked.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(unit::end);
            boolean endedMeanwhile;
            try {
                ended.get(500, TimeUnit.MILLISECONDS);
                endedMeanwhile = true;
            } catch (TimeoutException e) {
                endedMeanwhile = false;
            }
            stopping.goOn.countDown();
            aborted.get(20, TimeUnit.SECONDS);
            ended.get(20, TimeUnit.SECONDS);
            assertThat(unit.connection().isClosed())
                    .as("taken away from whoever came after the function")
                    .isNotEqualTo(endedMeanwhile);
        }
    }

    @Test
    void anAbortAfterTheFunctionEndsNothing() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            slot.elsewhere("CREATE TABLE t (x INTEGER)");
            UnitOfWork unit = new UnitOfWork(slot.borrow());
            unit.begin();
            Connection first = unit.open(() -> {});
            LeakTest.run(first, "INSERT INTO t VALUES (1)");
            assertThat(unit.end()).isTrue();
            Connection second = unit.open(() -> {});
            abort(first);
            LeakTest.run(second, "INSERT INTO t VALUES (2)");
            unit.end();
            abort(second);
            unit.commit();
            unit.close();
            assertThat(slot.valueElsewhere("SELECT sum(x) FROM t")).isEqualTo("3");
            assertThat(slot.kept()).isEqualTo(1);
        }
    }

    @Test
    void anAbortByTheFunctionEndsItAll() throws SQLException {
        try (OneSlot slot = new OneSlot()) {
            UnitOfWork unit = new UnitOfWork(slot.borrow());
            unit.begin();
            Connection function = unit.open(() -> {});
            abort(function);
            abort(function);
            assertThat(function.isClosed()).isTrue();
            assertThat(unit.connection().isClosed()).isTrue();
            unit.close();
            assertThat(slot.discarded).isEqualTo(1);
            assertThat(slot.lastReason).hasMessage("connection was aborted by its borrower");
        }
    }
}
