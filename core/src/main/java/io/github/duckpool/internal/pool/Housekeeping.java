package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.Slot;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of what a pool does about time: replaces connections that are too old, closes those that nobody needs, keeps
 * {@code minIdle} open, and reports leaks. It runs on the housekeeping thread alone and takes slots only by claiming them, so
 * it never holds up a borrower.
 *
 * <p>No lambda here: a JVM that has no memory to link one the first time refuses it for ever (JDK 25), where a class that can't be
 * loaded is tried again, and the first round may well come when memory is short.
 */
final class Housekeeping implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PoolSettings settings;
    private final ConnectionPool pool;
    private final BorrowGate<Session> gate;

    Housekeeping(PoolSettings settings, ConnectionPool pool) {
        this.settings = settings;
        this.pool = pool;
        this.gate = pool.gate();
    }

    /** How often to run: often enough that no limit is overrun by more than a quarter, and at least every second. */
    static long periodNanos(PoolSettings settings) {
        long period = LONGEST_NANOS;
        for (long limit :
                new long[] {settings.leakThresholdNanos(), settings.maxLifetimeNanos(), settings.idleTimeoutNanos()}) {
            if (limit > 0) {
                period = Math.min(period, limit / 4);
            }
        }
        return Math.max(SHORTEST_NANOS, period);
    }

    @Override
    public void run() {
        retireOld();
        closeUnused();
        fillIdle();
        reportLeaks();
    }

    private void retireOld() {
        long limit = settings.maxLifetimeNanos();
        if (limit <= 0) {
            return;
        }
        TooOld tooOld = new TooOld(System.nanoTime(), limit);
        for (Slot<Session> old = gate.claimIdle(tooOld); old != null; old = gate.claimIdle(tooOld)) {
            pool.dispose(old, null);
        }
        gate.forEachLent(tooOld);
    }

    private record TooOld(long nowNanos, long limitNanos) implements Predicate<Session>, ObjIntConsumer<Slot<Session>> {
        @Override
        public boolean test(Session session) {
            return nowNanos - session.createdNanos() > limitNanos;
        }

        /** A borrowed one can't be taken; it is marked, and replaced when it comes back. */
        @Override
        public void accept(Slot<Session> lent, int stamp) {
            Session session = lent.session();
            if (session != null && test(session)) {
                session.retire();
            }
        }
    }

    private void closeUnused() {
        long limit = settings.idleTimeoutNanos();
        if (limit <= 0) {
            return;
        }
        long now = CoarseClock.nowNanos();
        // The stamps say that nothing was lent between the look and the claim.
        List<Resting> unused = new ArrayList<>();
        gate.forEachFree(new ObjIntConsumer<>() {
            @Override
            public void accept(Slot<Session> slot, int stamp) {
                Session session = slot.session();
                long since = pool.lending(slot.index()).returnedNanos();
                if (session != null && now - Math.max(since, session.createdNanos()) > limit) {
                    unused.add(new Resting(slot, stamp));
                }
            }
        });
        // Borrowers keep to the low slots, so what rests in the high ones is needed least.
        for (int i = unused.size() - 1; i >= 0 && gate.free() > settings.minIdle(); i--) {
            Resting resting = unused.get(i);
            if (gate.claimIdle(resting.slot(), resting.stamp())) {
                pool.dispose(resting.slot(), null);
            }
        }
    }

    private record Resting(Slot<Session> slot, int stamp) {}

    private void fillIdle() {
        while (pool.tenant().hasDatabase() && gate.free() < settings.minIdle()) {
            Slot<Session> empty = gate.claimEmpty();
            if (empty == null) {
                return;
            }
            try {
                empty.install(pool.make());
            } catch (SQLException | RuntimeException e) {
                gate.vacate(empty);
                LOG.warn("{}: a connection could not be kept ready; tried again later", settings.name(), e);
                return;
            } catch (Error e) {
                gate.vacate(empty);
                throw e;
            }
            gate.recycle(empty);
        }
    }

    private void reportLeaks() {
        long limit = settings.leakThresholdNanos();
        if (limit <= 0) {
            return;
        }
        gate.forEachLent(new ObjIntConsumer<>() {
            @Override
            public void accept(Slot<Session> slot, int stamp) {
                SlotLending lending = pool.lending(slot.index());
                BorrowStack stack = lending.stack();
                if (stack != null && BorrowReport.ageNanos(lending) > limit && lending.firstReport(stamp)) {
                    LOG.warn(
                            "{}: a connection is out for longer than leakThreshold {}; borrowed {}",
                            settings.name(),
                            BorrowReport.millis(limit),
                            BorrowReport.describe(lending),
                            stack);
                }
            }
        });
    }
}
