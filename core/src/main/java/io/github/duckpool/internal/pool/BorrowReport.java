package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.GateClosedException;
import io.github.duckpool.internal.lease.Lease;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the pool says about its borrowers: the errors of those who got nothing, and the list of those who have. */
final class BorrowReport {
    private final PoolSettings settings;
    private final BorrowGate<Session> gate;
    private final SlotLending[] lendings;
    private final Lease lease;
    private final LongAdder timeouts = new LongAdder();

    BorrowReport(PoolSettings settings, BorrowGate<Session> gate, SlotLending[] lendings, Lease lease) {
        this.settings = settings;
        this.gate = gate;
        this.lendings = lendings;
        this.lease = lease;
    }

    /** How many borrowers were told that their time is over. */
    long timeouts() {
        return timeouts.sum();
    }

    SQLTransientConnectionException timedOut(long timeoutNanos, long waitedNanos) {
        timeouts.increment();
        StringBuilder text = new StringBuilder(settings.name())
                .append(": no connection came free within ")
                .append(millis(timeoutNanos))
                .append(" (waited ")
                .append(millis(waitedNanos))
                .append("): ")
                .append(figures());
        lease.obstacle().ifPresent(obstacle -> text.append("; ").append(obstacle));
        SlotLending oldest = oldest();
        if (oldest != null) {
            text.append("; longest borrowed ").append(describe(oldest));
        }
        return new SQLTransientConnectionException(text.toString(), "08001", oldest == null ? null : oldest.stack());
    }

    SQLTransientConnectionException interrupted(long waitedNanos, InterruptedException cause) {
        return new SQLTransientConnectionException(
                settings.name() + ": interrupted after waiting " + millis(waitedNanos) + " for a connection: "
                        + figures(),
                "08001",
                cause);
    }

    SQLNonTransientConnectionException closed() {
        return new SQLNonTransientConnectionException(settings.name() + ": the pool is closed", "08003");
    }

    /** What a waiting future's failure means to its holder. */
    SQLException translate(@Nullable Throwable error, long timeoutNanos, long waitedNanos) {
        Throwable cause =
                error instanceof CompletionException || error instanceof ExecutionException ? error.getCause() : error;
        if (cause instanceof TimeoutException) {
            return timedOut(timeoutNanos, waitedNanos);
        }
        if (cause instanceof GateClosedException) {
            return closed();
        }
        if (cause instanceof WaitFailedException failed) {
            return failed.asSqlException();
        }
        if (cause instanceof CancellationException) {
            return new SQLException(settings.name() + ": the wait for a connection was cancelled", "08001", cause);
        }
        return new SQLException(settings.name() + ": no connection: " + cause, "08001", cause);
    }

    private String figures() {
        return "active " + gate.lent() + ", idle " + gate.free() + ", waiting " + gate.waiting() + ", max "
                + settings.maxSize();
    }

    private @Nullable SlotLending oldest() {
        List<SlotLending> lent = oldestFirst();
        return lent.isEmpty() ? null : lent.get(0);
    }

    /** For how long the first borrowed connection is out; zero when none is. */
    long oldestBorrowNanos() {
        SlotLending oldest = oldest();
        return oldest == null ? 0 : ageNanos(oldest);
    }

    /** A borrow and its beginning as it was read once: by the next look it may be another one, and a sort looks often. */
    private record Noted(SlotLending lending, long sinceNanos) {}

    private List<SlotLending> oldestFirst() {
        long now = CoarseClock.nowNanos();
        List<Noted> lent = new ArrayList<>();
        gate.forEachLent((slot, stamp) -> {
            SlotLending lending = lendings[slot.index()];
            lent.add(new Noted(lending, lending.borrowedNanos() - now));
        });
        lent.sort(Comparator.comparingLong(Noted::sinceNanos));
        return lent.stream().map(Noted::lending).toList();
    }

    /** Lists what is borrowed, oldest first: with the stack that borrowed it where leaks are tracked, else with what its thread does now. */
    String borrowers() {
        StringBuilder text = new StringBuilder();
        for (SlotLending lending : oldestFirst()) {
            BorrowStack stack = lending.stack();
            Thread borrower = lending.borrower();
            text.append(text.isEmpty() ? "" : System.lineSeparator()).append(describe(lending));
            if (stack != null) {
                StringWriter lines = new StringWriter();
                stack.printStackTrace(new PrintWriter(lines, true));
                text.append(System.lineSeparator()).append(lines.toString().stripTrailing());
            } else if (borrower != null) {
                text.append(", which is ").append(borrower.getState());
                for (StackTraceElement frame : borrower.getStackTrace()) {
                    text.append(System.lineSeparator()).append("\tat ").append(frame);
                }
            }
        }
        return text.toString();
    }

    static String describe(SlotLending lending) {
        Thread borrower = lending.borrower();
        return millis(ageNanos(lending)) + " ago by thread " + (borrower == null ? "unknown" : borrower.getName());
    }

    static long ageNanos(SlotLending lending) {
        return Math.max(0, CoarseClock.nowNanos() - lending.borrowedNanos());
    }

    static String millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
    }
}
