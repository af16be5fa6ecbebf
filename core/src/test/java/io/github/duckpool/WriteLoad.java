package io.github.duckpool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A thread that writes rows in every way there is, each once, and notes what it was told about each. */
final class WriteLoad extends Thread {
    /** What it was told about a row. */
    enum Outcome {
        GOOD,
        BAD,
        UNKNOWN
    }

    /** A row whose outcome is to come. */
    private record Pending(int x, @Nullable Integer result, CompletableFuture<?> future) {}

    private static final int WINDOW = 12;

    private final DuckPool pool;
    private final int first;
    private final int writes;
    private final SplittableRandom random;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Map<Integer, Outcome> outcomes = new LinkedHashMap<>();
    private final AtomicInteger good = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    WriteLoad(DuckPool pool, int number, int writes, SplittableRandom random) {
        super("load-" + number);
        this.pool = pool;
        this.first = number * 10_000_000;
        this.writes = writes;
        this.random = random;
    }

    int good() {
        return good.get();
    }

    /** What it was told, by row. When the thread has ended. */
    Map<Integer, Outcome> outcomes() {
        return outcomes;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void run() {
        try {
            for (int x = first; x < first + writes && !pool.isClosed(); x++) {
                write(x);
                if (pending.size() >= WINDOW) {
                    settle(pending.remove());
                }
            }
            while (!pending.isEmpty()) {
                settle(pending.remove());
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private void write(int x) throws Exception {
        switch (random.nextInt(10)) {
            case 0 -> now(x, () -> pool.write(c -> insert(c, x)));
            case 1 -> now(x, () -> pool.write(c -> insert(c, x), shortTime()));
            case 2 -> now(x, () -> pool.append("t", x));
            case 3 -> now(x, () -> pool.append("t", Stream.<Object[]>of(new Object[] {x})));
            case 4 -> later(x, x, pool.writeAsync(c -> insert(c, x), shortTime()));
            case 5, 6 -> later(x, null, pool.appendAsync("t", x));
            case 7 ->
                now(x, () -> {
                    // Holds a connection, so that others wait for one.
                    try (Connection held = pool.getConnection()) {
                        DuckPoolTest.run(held, "SELECT sum(range) FROM range(20000)");
                    }
                    throw new SQLException("nothing was written");
                });
            case 8 ->
                later(x, x, pool.writeAsync(c -> {
                    insert(c, x);
                    DuckPoolTest.run(c, "INSERT INTO t VALUES ('no number')");
                    return x;
                }));
            default -> later(x, x, pool.writeAsync(c -> insert(c, x)));
        }
    }

    private Duration shortTime() {
        return Duration.ofNanos(random.nextInt(10_000_000));
    }

    private static int insert(Connection c, int x) throws SQLException {
        DuckPoolTest.run(c, "INSERT INTO t VALUES (" + x + ")");
        return x;
    }

    @FunctionalInterface
    private interface Body {
        void run() throws SQLException;
    }

    private void now(int x, Body body) {
        try {
            body.run();
            note(x, Outcome.GOOD);
        } catch (SQLException e) {
            note(x, outcome(e));
        }
        Thread.interrupted();
    }

    private void later(int x, @Nullable Integer result, CompletableFuture<?> future) {
        pending.add(new Pending(x, result, future));
        if (random.nextInt(3) == 0) {
            Pending victim = random.nextBoolean() ? pending.getFirst() : pending.getLast();
            for (int i = random.nextInt(2_000); i > 0; i--) {
                Thread.onSpinWait();
            }
            boolean cancelled = victim.future().cancel(true);
            if (cancelled != victim.future().isCancelled()) {
                throw new IllegalStateException("cancel said " + cancelled + " of " + victim);
            }
        }
    }

    private void settle(Pending write) throws Exception {
        while (true) {
            try {
                Object result = write.future().get();
                if (!Objects.equals(result, write.result())) {
                    throw new IllegalStateException("result " + result + " of " + write);
                }
                note(write.x(), Outcome.GOOD);
                return;
            } catch (CancellationException e) {
                note(write.x(), Outcome.BAD);
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof SQLException why)) {
                    throw e;
                }
                note(write.x(), outcome(why));
                return;
            } catch (InterruptedException e) {
                continue; // it is the wait that was interrupted, not the write
            }
        }
    }

    private static Outcome outcome(SQLException e) {
        return "08007".equals(e.getSQLState()) ? Outcome.UNKNOWN : Outcome.BAD;
    }

    private void note(int x, Outcome outcome) {
        outcomes.put(x, outcome);
        if (outcome == Outcome.GOOD) {
            good.incrementAndGet();
        }
    }
}
