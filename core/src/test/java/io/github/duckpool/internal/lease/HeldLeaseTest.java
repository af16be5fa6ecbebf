package io.github.duckpool.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every request is answered, an instance is opened once and closed once, and a late error costs nobody anything. */
@Timeout(60)
class HeldLeaseTest {
    /** Longer than any test. */
    private static final long CUT_OFF_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final BlockingQueue<CompletableFuture<OpenDatabase>> openings = new LinkedBlockingQueue<>();
    private final RecordingTenant tenant = new RecordingTenant();
    private final HeldLease lease = new HeldLease("letters", this::open, tenant, CUT_OFF_NANOS);

    @AfterEach
    void leave() {
        lease.close();
    }

    /** Waits for the test's decision. */
    private OpenDatabase open() throws SQLException {
        CompletableFuture<OpenDatabase> decision = new CompletableFuture<>();
        openings.add(decision);
        try {
            OpenDatabase database = decision.get();
            opened.incrementAndGet();
            return database;
        } catch (InterruptedException e) {
            throw new SQLException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new SQLException("refused", e);
        }
    }

    private CompletableFuture<OpenDatabase> opening() throws InterruptedException {
        CompletableFuture<OpenDatabase> decision = openings.poll(30, TimeUnit.SECONDS);
        assertThat(decision).as("an attempt to open").isNotNull();
        return decision;
    }

    private final class Database implements OpenDatabase {
        @Nullable
        SQLException dead;

        @Override
        public Connection connect() throws SQLException {
            if (dead != null) {
                throw dead;
            }
            return DriverManager.getConnection("jdbc:duckdb:");
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** Notes what it is told; its drain is the test's to complete. */
    private static final class RecordingTenant implements Tenant {
        final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        final CompletableFuture<Void> drained = new CompletableFuture<>();
        final AtomicInteger wanted = new AtomicInteger();
        volatile Runnable whileFailing = () -> {};

        @Override
        public void opened(OpenDatabase database) {
            told.add("opened");
        }

        @Override
        public CompletionStage<Void> drain() {
            told.add("drain");
            return drained;
        }

        @Override
        public void cutOff(String reason) {
            told.add("cut off: " + reason);
        }

        @Override
        public void failed(SQLException why) {
            told.add("failed: " + why.getMessage());
            whileFailing.run();
        }

        @Override
        public boolean wanted() {
            return wanted.getAndSet(0) > 0;
        }

        @Override
        public long patienceNanos(boolean ahead) {
            return 0;
        }

        @Override
        public int borrowed() {
            return 0;
        }

        @Override
        public long borrows() {
            return 0;
        }

        @Override
        public String describeBorrowers() {
            return "";
        }

        String next() throws InterruptedException {
            String next = told.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("the tenant is told something").isNotNull();
            return next;
        }
    }

    @Test
    void manyRequestsAreOneOpening() throws Exception {
        for (int i = 0; i < 10; i++) {
            lease.request();
        }
        assertThat(lease.obstacle()).contains("the database is being opened");
        opening().complete(new Database());
        assertThat(tenant.next()).isEqualTo("opened");
        lease.request();
        assertThat(lease.obstacle()).isEmpty();
        lease.close();
        lease.close();
        lease.request();
        assertThat(openings).isEmpty();
        assertThat(opened.get()).isOne();
        assertThat(closed.get()).isOne();
        assertThat(lease.obstacle()).contains("the database is closed");
    }

    @Test
    void whoAsksWhileAnAttemptFailsGetsAnotherOne() throws Exception {
        // Between the failure of those who waited and the end of the attempt a newcomer gets in line and asks, in vain.
        tenant.whileFailing = () -> {
            tenant.whileFailing = () -> {};
            tenant.wanted.incrementAndGet();
            lease.request();
        };
        lease.request();
        opening().completeExceptionally(new SQLException("no"));
        assertThat(tenant.next()).isEqualTo("failed: refused");
        opening().complete(new Database());
        assertThat(tenant.next()).isEqualTo("opened");
    }

    @Test
    void aFailureIsNeverToldAfterTheNextOpening() throws Exception {
        CountDownLatch failing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        tenant.whileFailing = () -> {
            failing.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        lease.request();
        opening().completeExceptionally(new SQLException("no"));
        failing.await();
        lease.request();
        assertThat(openings)
                .as("no attempt before the last one's waiters are told")
                .isEmpty();
        tenant.wanted.incrementAndGet();
        goOn.countDown();
        opening().complete(new Database());
        assertThat(tenant.next()).isEqualTo("failed: refused");
        assertThat(tenant.next()).isEqualTo("opened");
    }

    @Test
    void aFatalErrorDrainsClosesAndOpensAgain() throws Exception {
        Database first = open(new Database());
        lease.reopen(first, new SQLException("FATAL"));
        lease.reopen(first, new SQLException("FATAL again"));
        assertThat(tenant.next()).isEqualTo("drain");
        assertThat(tenant.next())
                .isEqualTo("cut off: DuckDB met a fatal error, and the database is opened again: FATAL");
        assertThat(lease.obstacle()).contains("the database is being opened again after a fatal error: FATAL");
        assertThat(closed.get()).as("not before the drain").isZero();
        tenant.drained.complete(null);
        opening().complete(new Database());
        assertThat(tenant.next()).isEqualTo("opened");
        assertThat(closed.get()).isOne();
        lease.reopen(first, new SQLException("late"));
        assertThat(lease.obstacle())
                .as("an error of the last instance costs this one nothing")
                .isEmpty();
        assertThat(tenant.told).isEmpty();
    }

    /** Who is told of a failure waits in no line any more, and the lease forgets a request that nobody stands behind. */
    private void awaitRest() {
        while (!lease.obstacle().equals(Optional.of("the database is not open"))) {
            Thread.onSpinWait();
        }
    }

    private Database open(Database database) throws InterruptedException {
        lease.request();
        opening().complete(database);
        assertThat(tenant.next()).isEqualTo("opened");
        return database;
    }

    @Test
    void anInstanceThatStaysDeadIsToldAndProbedAgain() throws Exception {
        Database first = open(new Database());
        tenant.drained.complete(null);
        lease.reopen(first, new SQLException("FATAL"));
        Database dead = new Database();
        dead.dead = new SQLException("still invalid");
        opening().complete(dead);
        assertThat(tenant.next()).isEqualTo("drain");
        assertThat(tenant.next()).startsWith("cut off");
        assertThat(tenant.next())
                .isEqualTo(
                        "failed: letters: the database met a fatal error and can't be used before every connection of this"
                                + " process to it is closed, those outside the pool too; the fatal error: FATAL");
        assertThat(closed.get()).as("the first one and the dead one").isEqualTo(2);
        dead.dead = null;
        awaitRest();
        open(new Database());
        assertThat(lease.obstacle()).isEmpty();
    }

    @Test
    void closingInterruptsAnAttemptAndLeavesNothingOpen() throws Exception {
        lease.request();
        opening(); // never decided: it waits until it is interrupted
        lease.close();
        assertThat(tenant.next()).isEqualTo("failed: interrupted");
        assertThat(opened.get()).isEqualTo(closed.get());
        assertThat(lease.obstacle()).contains("the database is closed");
    }

    @Test
    void closingAgainstOpeningClosesWhatWasOpened() throws Exception {
        List<Throwable> odd = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 300; i++) {
            RecordingTenant nobody = new RecordingTenant();
            HeldLease each = new HeldLease(
                    "letters",
                    () -> {
                        opened.incrementAndGet();
                        return new Database();
                    },
                    nobody,
                    CUT_OFF_NANOS);
            each.request();
            Thread closer = new Thread(each::close);
            closer.setUncaughtExceptionHandler((thread, e) -> odd.add(e));
            closer.start();
            each.request();
            closer.join();
            assertThat(closed.get()).as("round %d", i).isEqualTo(opened.get());
        }
        assertThat(odd).isEmpty();
    }

    @Test
    void anErrorOfTheOpenerIsTold() throws Exception {
        HeldLease broken = new HeldLease(
                "letters",
                () -> {
                    throw new NoClassDefFoundError("org/duckdb/DuckDBDriver");
                },
                tenant,
                0);
        broken.request();
        assertThat(tenant.next()).startsWith("failed: letters: the database could not be opened: java.lang.NoClassDef");
        broken.close();
    }
}
