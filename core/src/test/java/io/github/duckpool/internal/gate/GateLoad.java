package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Borrowers that hunt a gate's invariant: each session has an owner field that its borrower swaps in and out, so that a slot
 * lent twice shows at once; what is counted here must be what the gate counts.
 */
final class GateLoad {
    static final long LONG = TimeUnit.SECONDS.toNanos(60);

    final BorrowGate<Session> gate;
    final AtomicInteger sessionsAlive = new AtomicInteger();
    private final AtomicReference<@Nullable BorrowGate<Session>> self = new AtomicReference<>();

    /** A session that knows who uses it. */
    static final class Session {
        private final AtomicReference<@Nullable Object> owner = new AtomicReference<>();
        private volatile boolean disposed;

        void enter(Object who) {
            assertThat(disposed).as("a disposed session is lent").isFalse();
            assertThat(owner.compareAndExchange(null, who)).as("two owners").isNull();
        }

        void leave(Object who) {
            assertThat(owner.compareAndExchange(who, null)).as("two owners").isSameAs(who);
        }
    }

    GateLoad(int size, long overtakingNanos) {
        gate = new BorrowGate<>(size, overtakingNanos, System::nanoTime, this::dispose, () -> {});
        self.set(gate);
    }

    /** Disposes of a claimed slot's session and vacates the slot. */
    void dispose(Slot<Session> slot) {
        Session session = slot.session();
        if (session != null) {
            session.enter(this);
            session.disposed = true;
            sessionsAlive.decrementAndGet();
        }
        BorrowGate<Session> owner = self.get();
        assertThat(owner).isNotNull();
        owner.vacate(slot);
    }

    /** Uses a lent slot for a moment and returns it in one of the ways there are. */
    void use(Slot<Session> slot) {
        int stamp = slot.stamp();
        Session session = slot.session();
        if (session == null) {
            session = new Session();
            sessionsAlive.incrementAndGet();
            slot.install(session);
        }
        Object me = new Object();
        session.enter(me);
        assertThat(slot.isLent(stamp)).isTrue();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextInt(64) == 0) {
            Thread.yield();
        }
        session.leave(me);
        int way = random.nextInt(100);
        if (way < 90) {
            assertThat(gate.giveBack(slot, stamp)).isTrue();
            assertThat(gate.giveBack(slot, stamp)).isFalse();
        } else {
            if (way < 93) {
                assertThat(gate.share(slot, stamp)).isTrue();
            }
            assertThat(gate.claim(slot, stamp)).isTrue();
            if (way < 95) {
                gate.recycle(slot);
            } else {
                dispose(slot);
            }
            assertThat(gate.giveBack(slot, stamp)).isFalse();
            assertThat(gate.claim(slot, stamp)).isFalse();
        }
    }

    /** One borrow that waits as long as it takes. */
    void borrowAndUse() throws Exception {
        switch (ThreadLocalRandom.current().nextInt(8)) {
            case 0 -> use(gate.borrowAsync(LONG).get());
            case 1 -> {
                Slot<Session> slot = gate.tryBorrow();
                use(slot == null ? gate.borrow(LONG) : slot);
            }
            default -> use(gate.borrow(LONG));
        }
    }

    /** One borrow that may give up in any way there is; returns whether it got a slot. */
    boolean borrowPerhaps() throws Exception {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long shortNanos = random.nextLong(200_000);
        switch (random.nextInt(6)) {
            case 0 -> {
                CompletableFuture<Slot<Session>> future = gate.borrowAsync(LONG);
                if (random.nextBoolean()) {
                    Thread.yield();
                }
                if (future.cancel(true)) {
                    return false;
                }
                use(future.get());
            }
            case 1 -> {
                CompletableFuture<Slot<Session>> future = gate.borrowAsync(shortNanos);
                try {
                    use(future.join());
                } catch (CancellationException | CompletionException e) {
                    return false;
                }
            }
            case 2 -> {
                Thread.currentThread().interrupt();
                try {
                    use(gate.borrow(LONG));
                } catch (InterruptedException e) {
                    return false;
                } finally {
                    Thread.interrupted();
                }
            }
            case 3 -> {
                Slot<Session> slot = gate.tryBorrow();
                if (slot == null) {
                    return false;
                }
                use(slot);
            }
            default -> {
                try {
                    use(gate.borrow(shortNanos));
                } catch (TimeoutException e) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Runs the same work in many threads and waits for all; the first failure is thrown. */
    static void inThreads(ExecutorService executor, int threads, Callable<?> work) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(executor.submit(work));
        }
        for (Future<?> future : running) {
            future.get(120, TimeUnit.SECONDS);
        }
    }

    /** Nobody is left in the gate: every slot is at rest, the line is empty, and the sessions are the free slots'. */
    void checkAtRest() throws InterruptedException {
        while (gate.waiting() > 0) {
            Thread.sleep(1); // who has been told leaves the line on the timer's thread
        }
        assertThat(gate.lent()).isZero();
        assertThat(gate.free()).isEqualTo(sessionsAlive.get());
        List<Slot<Session>> all = new ArrayList<>();
        for (Slot<Session> slot; (slot = gate.claimIdle(session -> true)) != null; ) {
            all.add(slot);
        }
        for (Slot<Session> slot; (slot = gate.claimEmpty()) != null; ) {
            all.add(slot);
        }
        assertThat(all).hasSize(gate.size());
        all.forEach(this::dispose);
        assertThat(sessionsAlive).hasValue(0);
    }
}
