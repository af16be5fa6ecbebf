package io.github.duckpool.internal.write;

import io.github.duckpool.internal.pool.ConnectionPool;
import io.github.duckpool.internal.pool.HoldAndWait;
import io.github.duckpool.internal.pool.UnitOfWork;
import io.github.duckpool.mutex.Permit;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reads and writes of a pool.
 *
 * <p>Invariants. Functions that write run one at a time, each between a turn in the line and the end of its transaction, so that
 * no snapshot of one begins before the other is committed. A result is given out when its COMMIT has returned, or never. A
 * thread that holds the turn needs nothing that a thread waiting for the turn could keep from it, but connections, and for
 * those the {@link HoldAndWait} guard speaks. Thread-safe.
 */
public final class Writes {
    private final WriteSettings settings;
    private final ConnectionPool pool;
    private final WorkThreads threads;
    private final WritersLine line;
    private final Units units;
    private final WorkReport report;
    private final WriteQueue queue;
    private final ConcurrentHashMap<String, Table> tables = new ConcurrentHashMap<>();

    /**
     * Makes the write path of a pool; nothing is started yet.
     *
     * @param settings the checked settings
     * @param pool lends the connections
     * @param repeater the retry policy
     */
    public Writes(WriteSettings settings, ConnectionPool pool, Repeater repeater) {
        this.settings = settings;
        this.pool = pool;
        this.threads = new WorkThreads(settings.name());
        HoldAndWait holders = pool.holdAndWait();
        GroupWriter groups = new GroupWriter(threads, Math.max(1, settings.groupLimit()));
        QueueRoom room = new QueueRoom(settings.maxQueued());
        this.line = new WritersLine(settings.name(), holders, groups, room);
        this.report = line.report();
        this.units = new Units(pool, repeater, report);
        this.queue = new WriteQueue(settings, threads, line, units, room, holders);
        groups.connect(line, units);
    }

    private Budget budget(long timeoutNanos) {
        return timeoutNanos < 0 ? new Budget(settings.borrowTimeoutNanos(), false) : new Budget(timeoutNanos, true);
    }

    /**
     * Reads on this thread.
     *
     * @param work the function
     * @param timeoutNanos a strict budget; negative for the pool's own, which bounds only the wait
     * @param <T> the type of the result
     * @return what the function returned
     * @throws SQLException if it failed
     */
    public <T extends @Nullable Object> T read(Work<T> work, long timeoutNanos) throws SQLException {
        Budget budget = budget(timeoutNanos);
        budget.leftLine();
        return strictly(budget, call -> units.read(work, call, budget, null));
    }

    /**
     * Writes in this thread's turn, on this thread unless the turn is shared with others.
     *
     * @param work the function
     * @param timeoutNanos as for {@link #read}
     * @param <T> the type of the result
     * @return what the function returned, once it is committed
     * @throws SQLException if it failed and was rolled back, or its outcome is unknown
     */
    public <T extends @Nullable Object> T write(Work<T> work, long timeoutNanos) throws SQLException {
        refuse("write");
        Budget budget = budget(timeoutNanos);
        Permit turn = settings.groupLimit() > 0 ? line.tryEnter() : line.enter("write", budget);
        if (turn == null) {
            return queue.share("write", call -> new PendingFunction<>(work, call, budget, report));
        }
        budget.leftLine();
        line.begin();
        try {
            return strictly(budget, call -> units.write(work, call, budget));
        } finally {
            line.leave(turn);
        }
    }

    @FunctionalInterface
    private interface Body<T extends @Nullable Object> {
        T run(Call call) throws SQLException;
    }

    /** Runs work on this thread, and has it interrupted at the end of a strict budget. */
    private <T extends @Nullable Object> T strictly(Budget budget, Body<T> body) throws SQLException {
        Call call = new Call(threads);
        call.start();
        if (!budget.isStrict()) {
            return body.run(call);
        }
        call.stopAfter(budget.leftNanos(), () -> report.timedOut(budget), () -> {});
        try {
            return body.run(call);
        } finally {
            call.finish();
        }
    }

    private void refuse(String what) throws SQLException {
        line.refuseNested(what);
        if (settings.readOnly()) {
            throw report.readOnly(what);
        }
    }

    /**
     * Reads on one of the pool's workers.
     *
     * @param work the function
     * @param timeoutNanos as for {@link #read}
     * @param <T> the type of the result
     * @return the result to come
     */
    public <T extends @Nullable Object> CompletableFuture<T> readAsync(Work<T> work, long timeoutNanos) {
        Budget budget = budget(timeoutNanos);
        budget.leftLine();
        PendingRead<T> read = new PendingRead<>(work, new Call(threads), budget, report);
        budget.waitsForConnection();
        read.watch(threads);
        read.leaveBy(pool.beginOnWorker(
                budget.leftNanos(),
                unit -> {
                    budget.waitedForConnection();
                    read.with(unit, units);
                    threads.deliver(read);
                },
                why -> {
                    read.fail(units.notBorrowed(why, budget));
                    threads.deliver(read);
                }));
        return read;
    }

    /**
     * Writes on the writer's thread.
     *
     * @param work the function
     * @param timeoutNanos as for {@link #read}
     * @param <T> the type of the result
     * @return the result to come, complete once it is committed
     */
    public <T extends @Nullable Object> CompletableFuture<T> writeAsync(Work<T> work, long timeoutNanos) {
        Budget budget = budget(timeoutNanos);
        return queue.queue(
                "write", settings.groupLimit() > 0, call -> new PendingFunction<>(work, call, budget, report));
    }

    /**
     * Appends a row, alone if nobody else writes, else together with those who wait.
     *
     * @param table the table's name
     * @param row a value for each column
     * @throws SQLException if it failed and nothing was written, or the outcome is unknown
     */
    public void append(String table, @Nullable Object[] row) throws SQLException {
        refuse("append");
        Table target = table(table);
        Budget budget = budget(-1);
        Permit turn = line.tryEnter();
        if (turn == null) {
            @Nullable Object[] copy = row.clone();
            queue.<@Nullable Void>share("append", call -> new PendingRow(target, copy, call, budget, report));
            return;
        }
        budget.leftLine();
        line.begin();
        try {
            Call call = new Call(threads);
            call.start();
            units.insert(target, row, call, budget);
        } finally {
            line.leave(turn);
        }
    }

    /**
     * Appends a row together with those who wait.
     *
     * @param table the table's name
     * @param row a value for each column
     * @return complete once it is committed
     */
    public CompletableFuture<@Nullable Void> appendAsync(String table, @Nullable Object[] row) {
        Table target = table(table);
        @Nullable Object[] copy = row.clone();
        Budget budget = budget(-1);
        return queue.<@Nullable Void>queue("append", true, call -> new PendingRow(target, copy, call, budget, report));
    }

    /**
     * Appends rows as one transaction, in this thread's turn.
     *
     * @param table the table's name
     * @param rows the rows
     * @return how many there were
     * @throws SQLException if it failed and nothing was written, or the outcome is unknown
     */
    public long appendAll(String table, Stream<? extends @Nullable Object[]> rows) throws SQLException {
        refuse("append");
        Table target = table(table);
        Budget budget = budget(-1);
        Permit turn = line.enter("append", budget);
        line.begin();
        try (UnitOfWork unit = units.borrow("append", budget)) {
            return new BulkAppend(target, unit, units).write(rows);
        } finally {
            line.leave(turn);
        }
    }

    private Table table(String name) {
        Table known = tables.get(name);
        return known != null ? known : tables.computeIfAbsent(name, text -> new Table(TableName.of(text)));
    }

    /**
     * Fails everyone who waits for a turn, and refuses newcomers. What has begun goes on, as long as the pool lets it.
     */
    public void close() {
        line.close();
        threads.shutdown();
    }
}
