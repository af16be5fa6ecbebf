package io.github.duckpool.retry;

import io.github.resilience4j.core.EventProcessor;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.event.RetryEvent;
import io.github.resilience4j.retry.event.RetryOnErrorEvent;
import io.github.resilience4j.retry.event.RetryOnIgnoredErrorEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resilience4j's retry for one family of errors, with the backoff beside it. It uses the contexts for asynchronous calls, for
 * blocking calls too: they count, publish and say how long to wait, and leave the waiting to the caller. The contexts for
 * blocking calls sleep through a mutable static of Resilience4j and hide an interrupt.
 *
 * <p>A listener that throws must neither lose a result nor replace an error, so what is thrown here is logged. Thread-safe.
 */
final class FamilyRetry {
    private static final Logger LOG = LoggerFactory.getLogger(LockRetry.class);

    private final Family family;
    private final Retry retry;
    private final Backoff backoff;

    /** For calls that failed not once: on that path a context only counts, so all of them can share this one. */
    private final Retry.AsyncContext<Object> untouched;

    FamilyRetry(Family family, Retry retry, Backoff backoff) {
        this.family = family;
        this.retry = retry;
        this.backoff = backoff;
        this.untouched = retry.asyncContext();
    }

    /** What Resilience4j is told about a family, unless the user tells it. */
    static RetryConfig config(Family family, Backoff backoff, RetryTime time) {
        return RetryConfig.custom()
                .maxAttempts(backoff.maxAttempts())
                .intervalBiFunction(new BackoffInterval(backoff, time))
                .retryOnException(family::cures)
                .build();
    }

    Family family() {
        return family;
    }

    Retry retry() {
        return retry;
    }

    Backoff backoff() {
        return backoff;
    }

    int maxAttempts() {
        return retry.getRetryConfig().getMaxAttempts();
    }

    Retry.AsyncContext<Object> newContext() {
        return retry.asyncContext();
    }

    /** Whether the settings of the user's own retry let this family's error be retried. */
    boolean accepts(Throwable error) {
        try {
            return retry.getRetryConfig().getExceptionPredicate().test(error);
        } catch (RuntimeException e) {
            listenerFailed(e); // a predicate that stumbles over an error has not said that it may be retried
            return false;
        }
    }

    /** Counts a call that never failed in this family's way. */
    void passed() {
        succeeded(untouched);
    }

    /** Counts a call that came to succeed. */
    void succeeded(Retry.AsyncContext<Object> context) {
        try {
            context.onComplete();
        } catch (RuntimeException e) {
            listenerFailed(e);
        }
    }

    /** Counts a call that failed in a way that this family does not retry. */
    void ignored(Throwable error) {
        try {
            if (accepts(error)) {
                publish(new RetryOnIgnoredErrorEvent(retry.getName(), error));
            } else {
                retry.asyncContext().onError(error);
            }
        } catch (RuntimeException e) {
            listenerFailed(e);
        }
    }

    /** Publishes that a call was given up although Resilience4j would have gone on. */
    void gaveUp(Throwable error, int attempts) {
        try {
            publish(new RetryOnErrorEvent(retry.getName(), attempts, error));
        } catch (RuntimeException e) {
            listenerFailed(e);
        }
    }

    @SuppressWarnings("unchecked") // Resilience4j's publishers of retry events process retry events
    private void publish(RetryEvent event) {
        if (retry.getEventPublisher() instanceof EventProcessor<?> processor) {
            ((EventProcessor<RetryEvent>) processor).processEvent(event);
        }
    }

    void listenerFailed(RuntimeException e) {
        LOG.warn("{}: a listener or a setting of this retry threw", retry.getName(), e);
    }
}
