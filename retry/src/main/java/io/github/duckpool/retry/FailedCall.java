package io.github.duckpool.retry;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import io.github.resilience4j.retry.Retry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one call keeps once its first attempt has failed: its errors, its time, and its place in Resilience4j's two retries.
 * Blocking and asynchronous calls share it; it decides, and they wait. Confined to one attempt at a time.
 */
final class FailedCall {
    /** Instead of a wait: the call is over, and {@link #outcome} is its error. */
    static final long OVER = -1;

    /** So many errors, with their stacks, are kept for the message; a storm of callers would fill the memory with all of theirs. */
    private static final int MOST_EARLIER = 100;

    private final LockRetry policy;
    private final long startNanos;
    private final long budgetNanos;
    private final Map<Family, Episode> episodes = new EnumMap<>(Family.class);
    private final List<Throwable> earlier = new ArrayList<>();
    private int forgotten;

    /** The last kind, and how often it came in a row. */
    private @Nullable Kind kind;

    private int inARow;
    private int attempts;
    private @Nullable Throwable last;
    private @Nullable Throwable outcome;

    FailedCall(LockRetry policy, long startNanos, long budgetNanos) {
        this.policy = policy;
        this.startNanos = startNanos;
        this.budgetNanos = budgetNanos;
    }

    /** One family's errors in this call. */
    private static final class Episode {
        final FamilyRetry retry;
        final Retry.AsyncContext<Object> context;

        /** When the first attempt that failed so had begun: the family's deadline counts from here. */
        final long startNanos;

        int failures;
        boolean lastAttempt;

        Episode(FamilyRetry retry, long startNanos) {
            this.retry = retry;
            this.context = retry.newContext();
            this.startNanos = startNanos;
        }
    }

    /**
     * Decides what follows a failed attempt.
     *
     * @return how long to wait before the next attempt, in nanoseconds, or {@link #OVER}
     */
    long failed(Throwable error, long attemptStartNanos) {
        attempts++;
        if (last != null && !remember(last)) {
            forgotten++;
        }
        last = error;
        DuckError known = error instanceof Error ? null : Family.classify(error).orElse(null);
        Family family = known == null ? null : Family.of(known.kind());
        if (known == null || family == null || !policy.of(family).accepts(error)) {
            return notCurable(error);
        }
        Episode episode = episodes.computeIfAbsent(family, f -> new Episode(policy.of(f), attemptStartNanos));
        long delayNanos = next(episode, known, error);
        if (delayNanos == OVER) {
            othersIgnore(episode.retry.retry(), error);
        } else if (known.kind() == Kind.FILE_LOCKED) {
            long nowNanos = policy.time().nanoTime();
            policy.holders().waiting(known, nowNanos, attempts, leftNanos(episode, nowNanos));
        }
        return delayNanos;
    }

    /** Keeps an earlier error, unless there are so many that they would fill the memory. */
    private boolean remember(Throwable error) {
        return earlier.size() < MOST_EARLIER && earlier.add(error);
    }

    private long notCurable(Throwable error) {
        othersIgnore(null, error);
        outcome = RetryFailure.suppress(error, earlier);
        return OVER;
    }

    private long next(Episode episode, DuckError known, Throwable error) {
        FamilyRetry retry = episode.retry;
        int most = Family.mostRetries(known.kind());
        inARow = known.kind() == kind ? inARow + 1 : 1;
        kind = known.kind();
        if (inARow > most) {
            retry.gaveUp(error, attempts);
            return giveUp(known, error, RetryFailure.ofKind(known.kind(), most));
        }
        long leftNanos = leftNanos(episode, policy.time().nanoTime());
        boolean attemptsLeft = ++episode.failures < retry.maxAttempts();
        if (attemptsLeft && (leftNanos <= 0 || episode.lastAttempt)) {
            retry.gaveUp(error, attempts);
            return giveUp(known, error, outOfTime(episode));
        }
        long delayNanos = ask(episode, leftNanos, error);
        return delayNanos == OVER
                ? giveUp(known, error, RetryFailure.outOfAttempts(retry.family(), retry.maxAttempts()))
                : delayNanos;
    }

    /** Tells Resilience4j, which counts, publishes, and says how long to wait. */
    private long ask(Episode episode, long leftNanos, Throwable error) {
        BackoffInterval.Plan plan = BackoffInterval.plan(leftNanos);
        try {
            long millis = episode.context.onError(error);
            if (millis < 0) {
                return OVER;
            }
            if (plan.delayNanos() < 0) { // the user's own retry, with intervals of its own
                plan.fit(
                        Math.min(millis, Backoff.LONGEST_NANOS / 1_000_000) * 1_000_000,
                        episode.retry.backoff(),
                        policy.time());
            }
            episode.lastAttempt = plan.isLast();
            return plan.delayNanos();
        } catch (RuntimeException e) {
            episode.retry.listenerFailed(e);
            episode.lastAttempt = plan.isLast();
            return plan.delayNanos() < 0 ? OVER : plan.delayNanos(); // a listener throws when the wait is known
        } finally {
            BackoffInterval.forget();
        }
    }

    private long leftNanos(Episode episode, long nowNanos) {
        return Math.min(
                budgetNanos - (nowNanos - startNanos),
                episode.retry.backoff().deadlineNanos() - (nowNanos - episode.startNanos));
    }

    private String outOfTime(Episode episode) {
        long familyEnds =
                episode.startNanos - startNanos + episode.retry.backoff().deadlineNanos();
        return budgetNanos < familyEnds
                ? RetryFailure.outOfBudget(budgetNanos)
                : RetryFailure.pastDeadline(episode.retry.family(), episode.retry.backoff());
    }

    private long giveUp(DuckError known, Throwable error, String why) {
        outcome = failure(known, error, why);
        return OVER;
    }

    private Throwable failure(DuckError known, Throwable error, String why) {
        String unlisted = forgotten == 0 ? "" : "; " + forgotten + " errors between are not listed";
        return RetryFailure.gaveUp(known, error, earlier, attempts, elapsedNanos(), why + unlisted);
    }

    private long elapsedNanos() {
        return policy.time().nanoTime() - startNanos;
    }

    /** The error for a caller whose thread was interrupted while it waited. */
    Throwable interrupted(InterruptedException e) {
        Throwable error = last;
        if (error == null) {
            throw new IllegalStateException("no attempt has failed yet", e);
        }
        DuckError known = Family.classify(error).orElseThrow();
        for (Episode episode : episodes.values()) {
            episode.retry.gaveUp(error, attempts);
        }
        return RetryFailure.suppress(failure(known, error, RetryFailure.INTERRUPTED), List.of(e));
    }

    /** Counts the success. */
    void succeeded() {
        for (FamilyRetry retry : policy.counted()) {
            Episode episode = episodeOf(retry.retry());
            if (episode == null) {
                retry.passed();
            } else {
                retry.succeeded(episode.context);
            }
        }
    }

    private @Nullable Episode episodeOf(Retry retry) {
        for (Episode episode : episodes.values()) {
            if (episode.retry.retry() == retry) {
                return episode;
            }
        }
        return null;
    }

    private void othersIgnore(@Nullable Retry mine, Throwable error) {
        for (FamilyRetry other : policy.counted()) {
            if (other.retry() != mine) {
                other.ignored(error);
            }
        }
    }

    /** What the caller gets after {@link #OVER}. */
    Throwable outcome() {
        Throwable error = outcome;
        if (error == null) {
            throw new IllegalStateException("the call is not over");
        }
        return error;
    }
}
