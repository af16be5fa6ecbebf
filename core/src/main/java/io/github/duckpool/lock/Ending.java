package io.github.duckpool.lock;

import io.github.duckpool.lock.ProcessView.Standing;
import io.github.duckpool.lock.Termination.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a process that has a file open, if it is still the one that was seen.
 *
 * <p>The order makes a mistaken identity impossible but for the race that {@link LockHolder} describes. (1) The
 * {@link ProcessHandle} is made, which notes the start of whatever process has the number now. (2) The process is looked at: it has to
 * have started when the one did that was seen, and to hold the file. So the handle stands for that process: had the number changed
 * hands between 1 and 2, then the one seen at 2 would be too young. (3) The handle sends the signal, only if the start is still the
 * same. Thread-safe.
 */
final class Ending {
    /** How long a killed process may take to give its memory back; DuckDB's buffers can be many gigabytes. */
    static final Duration AFTER_KILL = Duration.ofSeconds(10);

    /** How long one that has let the file go may take to end. */
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(2);

    private static final long FIRST_PAUSE_MILLIS = 2;
    private static final long LONGEST_PAUSE_MILLIS = 50;

    /** Sends the signal. */
    @FunctionalInterface
    interface Signal {
        /** Returns whether it was sent. */
        boolean send(ProcessHandle process, boolean forcibly);

        /** As the JDK does. */
        Signal JDK = (process, forcibly) -> forcibly ? process.destroyForcibly() : process.destroy();
    }

    private final ProcessView view;
    private final Signal signal;

    Ending(ProcessView view, Signal signal) {
        this.view = view;
        this.signal = signal;
    }

    /** Why it would not be ended now. */
    Optional<String> objection(LockHolder holder) {
        Optional<String> never = never(holder);
        if (never.isPresent()) {
            return never;
        }
        Standing standing = view.standing(holder.process());
        return standing == Standing.HOLDS
                ? Optional.empty()
                : Optional.of(unsent(holder, standing).detail());
    }

    private Optional<String> never(LockHolder holder) {
        if (holder.isThisProcess()) {
            return Optional.of("it is this process itself; close the database here");
        }
        if (!holder.isVisible()) {
            return Optional.of("the process can't be seen from here, so it can't be ended from here: "
                    + "it runs in another container, on another host, or as another user");
        }
        if (holder.pid() == 1) {
            return Optional.of("process 1 is never ended: its machine, or its container, would end with it");
        }
        if (holder.isInOtherNamespace()) {
            return Optional.of("it runs in another PID namespace (a container); end it there");
        }
        return view.objection(holder.process());
    }

    Termination end(LockHolder holder, boolean forcibly, Duration grace) throws InterruptedException {
        Optional<String> never = never(holder);
        if (never.isPresent()) {
            return refused(holder, never.get());
        }
        @Nullable ProcessHandle process = ProcessHandle.of(holder.pid()).orElse(null);
        Standing standing = view.standing(holder.process());
        if (standing != Standing.HOLDS) {
            return unsent(holder, standing);
        }
        if (process == null) {
            return refused(holder, "the operating system does not let this process see it");
        }
        if (!forcibly && !process.supportsNormalTermination()) {
            return refused(holder, "this platform can't ask a process to end, only kill it");
        }
        if (!signal.send(process, forcibly)) {
            Standing now = view.standing(holder.process());
            return now == Standing.GONE || now == Standing.LET_GO
                    ? unsent(holder, now)
                    : refused(holder, "the operating system did not permit the signal");
        }
        return await(holder, forcibly, grace);
    }

    private Termination await(LockHolder holder, boolean forcibly, Duration grace) throws InterruptedException {
        long from = System.nanoTime();
        long pauseMillis = FIRST_PAUSE_MILLIS;
        Duration letGoAfter = null;
        while (true) {
            Standing standing = view.standing(holder.process());
            Duration waited = Duration.ofNanos(System.nanoTime() - from);
            if (standing == Standing.GONE) {
                return new Termination(Outcome.ENDED, holder + (forcibly ? " was killed" : " has ended"), waited);
            }
            boolean over = grace.compareTo(waited) <= 0;
            if (standing == Standing.LET_GO && letGoAfter == null) {
                letGoAfter = waited;
            }
            // A process that ends closes its files first, so one that has let go is probably about to end.
            boolean goesOn =
                    letGoAfter != null && !forcibly && waited.minus(letGoAfter).compareTo(ENDS_WITHIN) > 0;
            if (standing == Standing.LET_GO && (over || goesOn)) {
                return new Termination(
                        Outcome.LET_GO, holder + " does not have the file open any more, and goes on", waited);
            }
            if (over) {
                return new Termination(Outcome.STILL_THERE, stillThere(holder, forcibly), waited);
            }
            long leftNanos = saturatedNanos(grace.minus(waited));
            TimeUnit.NANOSECONDS.sleep(Math.min(TimeUnit.MILLISECONDS.toNanos(pauseMillis), leftNanos));
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    private static long saturatedNanos(Duration time) {
        return time.compareTo(Duration.ofDays(1)) > 0 ? TimeUnit.DAYS.toNanos(1) : time.toNanos();
    }

    private static String stillThere(LockHolder holder, boolean forcibly) {
        return forcibly
                ? holder
                        + " has been killed and is still there: the operating system is waiting for a device or a debugger"
                : holder + " was asked to end, and still has the file; it may be finishing, or ignore the signal";
    }

    private static Termination refused(LockHolder holder, String why) {
        return new Termination(Outcome.REFUSED, holder + " was left alone: " + why, Duration.ZERO);
    }

    private static Termination unsent(LockHolder holder, Standing standing) {
        return switch (standing) {
            case GONE ->
                new Termination(
                        Outcome.ALREADY_GONE,
                        holder + " had ended before; whoever has its number now was left alone",
                        Duration.ZERO);
            case LET_GO ->
                new Termination(
                        Outcome.ALREADY_GONE,
                        holder + " does not have the file open, nor the turn on it; it was left alone",
                        Duration.ZERO);
            default -> refused(holder, "it can't be told from here whether it still has the file open");
        };
    }
}
