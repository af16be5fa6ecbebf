package io.github.duckpool.retry;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of a {@link LockRetry}. The setters that {@link BackoffBuilder} has too set both families;
 * {@link #fileLocks} and {@link #conflicts} set one. A bad value is refused with an {@link IllegalArgumentException} that
 * holds the rule and the value. Not thread-safe; a builder may build any number of policies.
 */
public final class LockRetryBuilder {
    private final RetryTime time;
    private final BackoffBuilder fileLocks = BackoffBuilder.ofFileLocks();
    private final BackoffBuilder conflicts = BackoffBuilder.ofConflicts();
    private String name = "duckpool";
    private Executor executor = ForkJoinPool.commonPool();
    private @Nullable RetryRegistry registry;
    private @Nullable Retry fileLockRetry;
    private @Nullable Retry conflictRetry;

    LockRetryBuilder(RetryTime time) {
        this.time = time;
    }

    /**
     * Sets what holds for locks on the file alone.
     *
     * @param settings changes the settings it is given
     * @return this
     */
    public LockRetryBuilder fileLocks(Consumer<? super BackoffBuilder> settings) {
        settings.accept(fileLocks);
        return this;
    }

    /**
     * Sets what holds for conflicts between transactions alone.
     *
     * @param settings changes the settings it is given
     * @return this
     */
    public LockRetryBuilder conflicts(Consumer<? super BackoffBuilder> settings) {
        settings.accept(conflicts);
        return this;
    }

    /**
     * Sets {@link BackoffBuilder#maxAttempts} of both families.
     *
     * @param maxAttempts at least 1, which means no retry
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public LockRetryBuilder maxAttempts(int maxAttempts) {
        return both(family -> family.maxAttempts(maxAttempts));
    }

    /**
     * Sets {@link BackoffBuilder#initialBackoff} of both families.
     *
     * @param initialBackoff more than zero
     * @return this
     * @throws IllegalArgumentException if it is not more than zero
     */
    public LockRetryBuilder initialBackoff(Duration initialBackoff) {
        return both(family -> family.initialBackoff(initialBackoff));
    }

    /**
     * Sets {@link BackoffBuilder#multiplier} of both families.
     *
     * @param multiplier at least 1
     * @return this
     * @throws IllegalArgumentException if it is less than 1 or not a finite number
     */
    public LockRetryBuilder multiplier(double multiplier) {
        return both(family -> family.multiplier(multiplier));
    }

    /**
     * Sets {@link BackoffBuilder#maxBackoff} of both families.
     *
     * @param maxBackoff at least the initial backoff
     * @return this
     * @throws IllegalArgumentException if it is not more than zero
     */
    public LockRetryBuilder maxBackoff(Duration maxBackoff) {
        return both(family -> family.maxBackoff(maxBackoff));
    }

    /**
     * Sets {@link BackoffBuilder#jitter} of both families.
     *
     * @param jitter from 0, none, to 1, the default: full jitter
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public LockRetryBuilder jitter(double jitter) {
        return both(family -> family.jitter(jitter));
    }

    /**
     * Sets {@link BackoffBuilder#deadline} of both families.
     *
     * @param deadline more than zero
     * @return this
     * @throws IllegalArgumentException if it is not more than zero
     */
    public LockRetryBuilder deadline(Duration deadline) {
        return both(family -> family.deadline(deadline));
    }

    private LockRetryBuilder both(Consumer<? super BackoffBuilder> settings) {
        return fileLocks(settings).conflicts(settings);
    }

    /**
     * The start of the names of Resilience4j's retries: {@code <name>-file-lock} and {@code <name>-conflict}.
     *
     * @param name not blank; the default is {@code duckpool}
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public LockRetryBuilder name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank, was \"" + name + "\"");
        }
        this.name = name;
        return this;
    }

    /**
     * Takes Resilience4j's two retries from a registry, so that its listeners, metrics and settings apply. An instance or a
     * configuration in it of the retry's {@link #name} wins, as with {@link #fileLockRetry}; what is in neither form there is
     * made with the settings of this builder and put into the registry.
     *
     * @param registry the registry
     * @return this
     */
    public LockRetryBuilder registry(RetryRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
        return this;
    }

    /**
     * Retries locks on the file with a retry of the user's own: its listeners and metrics apply, and its attempts, intervals
     * and exceptions stand for this builder's. Whatever they say, only curable errors are retried, and no wait passes the
     * deadline that is set here. Results are never retried: the work may be committed.
     *
     * @param retry the retry
     * @return this
     */
    public LockRetryBuilder fileLockRetry(Retry retry) {
        this.fileLockRetry = Objects.requireNonNull(retry, "retry");
        return this;
    }

    /**
     * Retries conflicts with a retry of the user's own, as {@link #fileLockRetry} does for locks. Both may be the same.
     *
     * @param retry the retry
     * @return this
     */
    public LockRetryBuilder conflictRetry(Retry retry) {
        this.conflictRetry = Objects.requireNonNull(retry, "retry");
        return this;
    }

    /**
     * Where the later attempts of asynchronous calls start.
     *
     * @param executor the executor; the default is {@link ForkJoinPool#commonPool()}. One that refuses fails the call
     * @return this
     */
    public LockRetryBuilder executor(Executor executor) {
        this.executor = Objects.requireNonNull(executor, "executor");
        return this;
    }

    /**
     * Makes the policy.
     *
     * @return a policy with these settings
     * @throws IllegalArgumentException if {@code maxBackoff} is less than {@code initialBackoff}
     */
    public LockRetry build() {
        return new LockRetry(
                familyRetry(Family.FILE_LOCK, fileLocks.build(), fileLockRetry),
                familyRetry(Family.CONFLICT, conflicts.build(), conflictRetry),
                time,
                executor);
    }

    private FamilyRetry familyRetry(Family family, Backoff backoff, @Nullable Retry own) {
        return new FamilyRetry(family, own != null ? own : named(family, backoff), backoff);
    }

    private Retry named(Family family, Backoff backoff) {
        String full = name + "-" + family.suffix();
        RetryConfig config = FamilyRetry.config(family, backoff, time);
        if (registry == null) {
            return Retry.of(full, config);
        }
        return registry.retry(full, registry.getConfiguration(full).orElse(config));
    }
}
