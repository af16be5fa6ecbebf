package io.github.duckpool.internal.lease;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import io.github.duckpool.observe.Alert;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a file whose turn has come, while a program that knows nothing of the queue may still hold DuckDB's lock on it. The
 * pool's retry policy paces the attempts, within the time that those who wait have left; when it has had enough they go on at a
 * modest pace, for as long as somebody waits.
 * Says in the log who is in the way, once and then every 10 s.
 *
 * <p>One thread opens; {@link #holder()} is for any thread.
 */
final class OpenAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(OpenAttempts.class);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How many openings in a row may fail beside somebody who writes, before the last failure is believed: about a second. */
    private static final int FAILURES = 10;

    private final Path file;
    private final LongConsumer pause;

    private volatile @Nullable String holder;
    private @Nullable String loggedHolder;
    private boolean policyGaveUp;

    /** What the last attempt threw, whatever the policy has made of it. */
    private @Nullable SQLException failure;

    private long loggedNanos;

    /** Nobody wants the file any more; kept from retry policies as an error that no retry cures. */
    private static final class UnwantedException extends SQLException {
        private static final long serialVersionUID = 1;

        UnwantedException() {
            super("nobody waits for the database any more");
        }
    }

    /**
     * Makes the attempts on one file.
     *
     * @param file the real path
     * @param pause waits for so many nanoseconds at most
     */
    OpenAttempts(Path file, LongConsumer pause) {
        this.file = file;
        this.pause = pause;
    }

    /**
     * Opens the file for one pool.
     *
     * @return null if nobody there waits any more
     * @throws SQLException if it can't be opened, and waiting would not help
     */
    @Nullable
    OpenDatabase open(FileTenancy tenancy) throws SQLException {
        long backoffNanos = FIRST_BACKOFF_NANOS;
        int disturbed = 0;
        int failed = 0;
        policyGaveUp = false;
        try {
            while (true) {
                failure = null;
                try {
                    return tenancy.opener().retry(() -> attempt(tenancy), tenancy.patienceNanos());
                } catch (SQLException | RuntimeException e) {
                    Exception met = failure != null ? failure : e;
                    if (met instanceof UnwantedException) {
                        return null;
                    }
                    if (met instanceof NotSetUpException unusable) {
                        throw unusable.error();
                    }
                    if (met instanceof WrittenMeanwhileException written) {
                        SQLException unread = written.failure();
                        failed = unread == null ? 0 : failed + 1;
                        if (unread != null && failed >= FAILURES) {
                            throw unread;
                        }
                        Thread.interrupted(); // somebody left: the next attempt looks who is left
                        if (disturbed++ == 0) {
                            continue; // the lock was had just now, and whoever wrote may come again
                        }
                    } else if (met instanceof SQLException error
                            && isInTheWay(DuckError.classify(error).kind())) {
                        policyGaveUp = true;
                    } else {
                        throw e;
                    }
                }
                tenancy.unlessAhead();
                Thread.interrupted(); // ended the policy's wait: somebody left
                pause.accept(backoffNanos);
                backoffNanos = Math.min(LONGEST_BACKOFF_NANOS, 2 * backoffNanos);
            }
        } finally {
            holder = null;
            failure = null;
        }
    }

    /** An attempt whose failure is remembered: policies wrap what they throw, and some keep no cause. */
    private OpenDatabase attempt(FileTenancy tenancy) throws SQLException {
        failure = null; // not that of the attempt before
        try {
            return openOnce(tenancy);
        } catch (SQLException e) {
            failure = e;
            throw e;
        }
    }

    private OpenDatabase openOnce(FileTenancy tenancy) throws SQLException {
        tenancy.reconsider();
        if (!tenancy.wishes()) {
            throw new UnwantedException();
        }
        try {
            return tenancy.opener().open(file);
        } catch (NotSetUpException e) {
            throw e;
        } catch (WrittenMeanwhileException e) {
            note(tenancy, "a program that has just written to it", "", Kind.OTHER);
            throw e;
        } catch (SQLException e) {
            DuckError error = DuckError.classify(e);
            if (isInTheWay(error.kind())) {
                note(tenancy, describe(error), since(error), error.kind());
            }
            throw e;
        }
    }

    /** What goes away when somebody else closes the file. */
    private static boolean isInTheWay(Kind kind) {
        return kind == Kind.FILE_LOCKED || kind == Kind.HANDLE_CONFLICT;
    }

    /**
     * Remembers who is in the way, and says so now and then.
     *
     * @param who the same for the same holder
     * @param since its start and age, which changes
     */
    private void note(FileTenancy tenancy, String who, String since, Kind kind) {
        holder = who + since;
        long now = System.nanoTime();
        // Who writes in between is the holder of before or after, and says nothing new.
        boolean isKnown = kind == Kind.OTHER ? loggedHolder != null : who.equals(loggedHolder);
        if (!isKnown || now - loggedNanos >= LOG_NANOS) {
            loggedHolder = who;
            loggedNanos = now;
            String message = file + " is held by " + who + since
                    + ", which does not take turns in its queue; tried again until it is free";
            // Another process is named by one of the two: by the policy, unless it has had enough. A closing in this
            // one, which
            // policies pass over, is named here.
            if (kind != Kind.FILE_LOCKED || policyGaveUp || !tenancy.opener().reportsHolder()) {
                LOG.warn("{}: {}", tenancy, message);
            }
            tenancy.reports().alert(Alert.Kind.FILE_HELD, message);
        }
    }

    private static String describe(DuckError error) {
        if (error.kind() == Kind.HANDLE_CONFLICT) {
            return "this process, which is just closing it";
        }
        return OtherProcess.name(error.holderPid().orElse(0), error.holderCommand(), error.holderUser())
                + (error.holderReadsOnly() ? " as a reader" : "");
    }

    private static String since(DuckError error) {
        return error.holderPid().isPresent()
                ? OtherProcess.since(error.holderPid().getAsLong(), Instant.now())
                : "";
    }

    /** Who keeps DuckDB's lock at the moment. */
    Optional<String> holder() {
        return Optional.ofNullable(holder);
    }
}
