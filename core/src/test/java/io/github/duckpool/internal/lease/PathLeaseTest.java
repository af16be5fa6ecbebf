package io.github.duckpool.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lease on a file, with pools and databases that are no more than what it asks of them; the steps of each race are the test's. */
@Timeout(60)
class PathLeaseTest {
    @TempDir
    Path directory;

    private final Databases opener = new Databases();

    private PathLease lease(String pool, FileOpener itsOpener, Tenant tenant) {
        return lease(pool, false, itsOpener, tenant);
    }

    private PathLease lease(String pool, boolean yields, FileOpener itsOpener, Tenant tenant) {
        var terms = new LeaseTerms(pool, false, yields, 0, 0, false, 0, false, Map.of(), alert -> {});
        return new PathLease(directory.resolve("letters.duckdb"), terms, itsOpener, tenant);
    }

    @Test
    void whoHasLookedBeforeItWasOpenedAndAsksAfterThatGetsNoSecondAnchor() throws Exception {
        var tenant = new Pool();
        var asking = new CountDownLatch(1);
        var asks = new CompletableFuture<Boolean>();
        var first = new AtomicInteger();
        tenant.wanted = () -> {
            if (first.getAndIncrement() > 0) {
                return true;
            }
            asking.countDown();
            return asks.get();
        };
        PathLease lease = lease("letters", opener, tenant);
        CompletableFuture<Void> late = CompletableFuture.runAsync(lease::request);
        asking.await();
        lease.request();
        assertThat(tenant.told.take()).isEqualTo("opened");
        asks.complete(true);
        late.get();
        int looks = tenant.looks.get();
        while (tenant.looks.get() < looks + 2) { // after the first it has looked for wishes, before the second
            TimeUnit.MILLISECONDS.sleep(1);
        }
        lease.close();
        assertThat(opener.opened).hasValue(1);
        assertThat(opener.closed).hasValue(1);
    }

    @Test
    void whoHasPassedTheTurnOnQueuesAgainOnlyIfHeIsWanted() throws Exception {
        FileMutex mutex = FileMutex.of(directory.resolve("letters.duckdb"));
        var tenant = new Pool();
        PathLease lease = lease("letters", true, opener, tenant);
        lease.request();
        assertThat(tenant.told.take()).isEqualTo("opened");
        Permit turn = mutex.acquire().get();
        assertThat(opener.closed).hasValue(1);
        while (!lease.obstacle().orElse("").contains("is not open")) { // then it rests
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertThat(mutex.isAwaited()).isFalse();

        tenant.wanted = () -> true;
        lease.request();
        while (!mutex.isAwaited()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        turn.close();
        assertThat(tenant.told.take()).isEqualTo("opened");

        // Whoever waits when it is passed on needs to ask nobody.
        Permit again = mutex.acquire().get();
        while (!mutex.isAwaited()) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        again.close();
        assertThat(tenant.told.take()).isEqualTo("opened");
        lease.close();
        assertThat(opener.closed).hasValue(opener.opened.get());
    }

    @Test
    void whoLeavesDuringAnAttemptThatFailsDoesNotWaitForOthersToClose() throws Exception {
        var tenant = new Pool();
        tenant.wanted = () -> true;
        PathLease owner = lease("owner", opener, tenant);
        owner.request();
        assertThat(tenant.told.take()).isEqualTo("opened");

        var attempted = new CountDownLatch(1);
        var attempt = new CompletableFuture<String>();
        FileOpener failing = new Databases() {
            @Override
            public OpenDatabase open(Path file) throws SQLException {
                attempted.countDown();
                throw new SQLException("refused " + attempt.join());
            }
        };
        var leaver = new Pool();
        leaver.wanted = () -> true;
        PathLease leaving = lease("leaver", failing, leaver);
        leaving.request();
        attempted.await();
        Thread closer = new Thread(leaving::close);
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) { // for the goodbye
            Thread.onSpinWait();
        }
        attempt.complete("by the test");
        closer.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(closer.isAlive()).isFalse();
        owner.close();
        assertThat(opener.closed).hasValue(1);
    }

    @Test
    void whoWaitsAtAnOpenPoolIsToldWhenTheLeaseFails() throws Exception {
        var tenant = new Pool();
        tenant.wanted = () -> true;
        PathLease lease = lease("waiting", opener, tenant);
        lease.request();
        assertThat(tenant.told.take()).isEqualTo("opened");

        var failing = new Pool();
        failing.wanted = () -> true;
        failing.whenOpened = () -> {
            throw new IllegalStateException("a fault in the pool");
        };
        PathLease its = lease("failing", opener, failing);
        its.request();
        assertThat(tenant.told.take()).startsWith("failed: ").contains("a fault in the pool");
        assertThat(failing.told.take()).startsWith("failed: ").contains("a fault in the pool");
        lease.request();
        assertThat(tenant.told.take()).isEqualTo("opened");
        lease.close();
        its.close();
        assertThat(opener.closed).hasValue(opener.opened.get());
    }

    /** Opens what can only be closed, and counts. */
    private static class Databases extends OpenerStub {
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public OpenDatabase open(Path file) throws SQLException {
            opened.incrementAndGet();
            return new OpenDatabase() {
                @Override
                public Connection connect() throws SQLException {
                    throw new SQLException("nothing is lent here");
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }
    }

    /** A pool that lends nothing. */
    private static final class Pool implements Tenant {
        final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        final AtomicInteger looks = new AtomicInteger();
        volatile Runnable whenOpened = () -> {};
        volatile Callable<Boolean> wanted = () -> false;

        @Override
        public void opened(OpenDatabase database) {
            whenOpened.run();
            told.add("opened");
        }

        @Override
        public CompletionStage<Void> drain() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void cutOff(String reason) {
            told.add("cut off: " + reason);
        }

        @Override
        public void failed(SQLException why) {
            told.add("failed: " + why.getMessage());
        }

        @Override
        public boolean wanted() {
            try {
                return wanted.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public long patienceNanos(boolean ahead) {
            return TimeUnit.MINUTES.toNanos(1);
        }

        @Override
        public int borrowed() {
            return 0;
        }

        @Override
        public long borrows() {
            return looks.getAndIncrement();
        }

        @Override
        public String describeBorrowers() {
            return "";
        }
    }
}
