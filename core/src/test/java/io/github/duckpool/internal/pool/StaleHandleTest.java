package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.Rounds;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The races of a handle that another thread goes on using while its borrow ends and the session is lent again. */
@Timeout(120)
class StaleHandleTest {
    private static final String ONE_VALUE = "SELECT ?::VARCHAR";

    private final OneSlot slot = new OneSlot();

    StaleHandleTest() throws SQLException {}

    @AfterEach
    void close() throws SQLException {
        slot.close();
    }

    /** A stream that stops the driver in the middle of a call on the native statement. */
    private static final class HeldUp extends InputStream {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch released = new CountDownLatch(1);
        private final InputStream text = new java.io.ByteArrayInputStream("poison".getBytes());

        @Override
        public int read() throws IOException {
            reached.countDown();
            try {
                if (!released.await(60, TimeUnit.SECONDS)) {
                    throw new IOException("never released");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return text.read();
        }
    }

    @Test
    void aParameterThatIsBeingSetWhenTheBorrowEndsReachesNobody() throws Exception {
        Connection first = slot.borrow();
        PreparedStatement stale = first.prepareStatement(ONE_VALUE);
        HeldUp text = new HeldUp();
        CompletableFuture<Void> setting = CompletableFuture.runAsync(() -> {
            try {
                stale.setAsciiStream(1, text, 6);
            } catch (SQLException e) {
                // The session may be gone by then.
                return;
            }
        });
        text.reached.await();
        first.close();
        try (Connection second = slot.borrow();
                PreparedStatement own = second.prepareStatement(ONE_VALUE)) {
            own.setString(1, "mine");
            text.released.countDown();
            setting.get(60, TimeUnit.SECONDS);
            try (ResultSet rows = own.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("mine");
            }
        }
        assertThat(slot.discarded).isEqualTo(1);
    }

    @Test
    void aQueryThatRunsWhenTheBorrowEndsTakesItsSessionAlong() throws Exception {
        LentConnection first = slot.borrow();
        Session session = first.session();
        Statement statement = first.createStatement();
        CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> {
            try {
                return statement.execute("SELECT count(*) FROM range(100000000000) a");
            } catch (SQLException e) {
                return e;
            }
        });
        while (!session.isCalled()) {
            Thread.onSpinWait();
        }
        first.close();
        try (LentConnection second = slot.borrow()) {
            assertThat(second.session()).isNotSameAs(session);
            assertThat(OneSlot.value(second, "SELECT 42")).isEqualTo("42");
        }
        assertThat(running.get(60, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
    }

    /**
     * Two threads hammer every handle of every other borrow, while that borrow ends and the next begins on the same
     * session. What they do would be seen by the next borrower at once: a parameter, a time-out, a temporary table, a
     * transaction, a variable.
     */
    @Test
    @Tag("torture")
    void torture() throws Exception {
        hammer(Rounds.forSeconds(60));
    }

    @Test
    void nothingAnyOldHandleDoesIsSeenByTheNextBorrower() throws Exception {
        hammer(Rounds.of(1_000));
        assertThat(slot.kept())
                .as("returns that kept the session, so that there is a race at all")
                .isPositive();
    }

    private record Handles(
            Connection connection,
            Statement statement,
            PreparedStatement prepared,
            ResultSet rows,
            DatabaseMetaData metaData) {
        static Handles of(Connection c) throws SQLException {
            PreparedStatement prepared = c.prepareStatement(ONE_VALUE);
            prepared.setString(1, "theirs");
            return new Handles(c, c.createStatement(), prepared, prepared.executeQuery(), c.getMetaData());
        }

        void abuse(int how) {
            try {
                switch (how % 10) {
                    case 0 -> prepared.setString(1, "poison");
                    case 1 -> prepared.setQueryTimeout(7);
                    case 2 -> statement.execute("CREATE OR REPLACE TEMP TABLE poison AS SELECT 1");
                    case 3 -> statement.execute("SET VARIABLE poison = 1");
                    case 4 -> connection.setAutoCommit(false);
                    case 5 -> prepared.addBatch();
                    case 6 -> rows.next();
                    case 7 -> metaData.getTables(null, null, "%", null).close();
                    case 8 -> connection.close();
                    default -> statement.setFetchSize(13);
                }
            } catch (SQLException | NullPointerException e) {
                // Closed, most of the time; the driver says so in its own way when it is closed in the middle of a
                // call.
                return;
            }
        }
    }

    private volatile Handles target;

    private void hammer(Rounds rounds) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> abusers = List.of(abuser(over, 0), abuser(over, 5));
        abusers.forEach(Thread::start);
        try {
            for (int round = 0; rounds.go(round); round++) {
                Connection theirs = slot.borrowWhenFree();
                try {
                    target = Handles.of(theirs);
                    target.rows().close();
                    target.prepared().close();
                    target.statement().close();
                } catch (SQLException e) {
                    // Another thread was quicker with one of these.
                } finally {
                    theirs.close();
                }
                try (Connection mine = slot.borrowWhenFree()) {
                    assertUntouched(mine, "mine " + round);
                }
            }
        } finally {
            over.set(true);
            for (Thread abuser : abusers) {
                abuser.join();
            }
        }
    }

    private Thread abuser(AtomicBoolean over, int first) {
        return new Thread(() -> {
            Handles last = null;
            for (int how = first; !over.get(); ) {
                Handles handles = target;
                if (handles == null || handles == last) {
                    Thread.yield();
                    continue;
                }
                last = handles;
                for (int calls = 0; calls < 12; calls++) {
                    handles.abuse(how++);
                }
            }
        });
    }

    private static void assertUntouched(Connection mine, String value) throws SQLException {
        assertThat(mine.getAutoCommit()).isTrue();
        try (PreparedStatement own = mine.prepareStatement(ONE_VALUE)) {
            assertThat(own.getQueryTimeout()).isZero();
            own.setString(1, value);
            try (ResultSet rows = own.executeQuery()) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo(value);
                assertThat(rows.next()).isFalse();
            }
            assertThat(own.executeBatch()).isEmpty();
        }
        assertThat(OneSlot.value(mine, "SELECT getvariable('poison')")).isNull();
        assertThatThrownBy(() -> OneSlot.value(mine, "SELECT * FROM poison")).isInstanceOf(SQLException.class);
    }
}
