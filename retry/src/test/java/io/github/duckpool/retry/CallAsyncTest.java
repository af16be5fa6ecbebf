package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.lock.DuckError.Kind;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallAsyncTest {
    private final VirtualTime time = new VirtualTime(2);

    private LockRetryBuilder builder() {
        return new LockRetryBuilder(time).executor(Runnable::run);
    }

    private static CompletionStage<String> conflict() {
        return CompletableFuture.failedFuture(Samples.error(Kind.WRITE_CONFLICT));
    }

    private static Throwable error(CompletableFuture<?> result) {
        assertThat(result).isCompletedExceptionally();
        return catchThrowable(result::join).getCause();
    }

    @Test
    void retriesUntilItSucceeds() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result = builder()
                .build()
                .callAsync(
                        () -> attempts.incrementAndGet() < 4 ? conflict() : CompletableFuture.completedStage("done"));
        time.runAll();
        assertThat(result).isCompletedWithValue("done");
        assertThat(attempts).hasValue(4);
        assertThat(time.waits).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void exactlyTheCurableKindsAreRetried(Kind kind) {
        SQLException error = Samples.error(kind);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result = builder()
                .build()
                .callAsync(() -> attempts.incrementAndGet() > 1
                        ? CompletableFuture.completedFuture("done")
                        : CompletableFuture.failedFuture(error));
        time.runAll();
        if (kind.retryable()) {
            assertThat(result).isCompletedWithValue("done");
        } else {
            assertThat(error(result)).isSameAs(error);
            assertThat(attempts).hasValue(1);
        }
    }

    @Test
    void aThrowOnAnyAttemptCompletesTheFuture() {
        for (int last = 1; last <= 3; last++) {
            int throwing = last;
            AtomicInteger attempts = new AtomicInteger();
            IllegalStateException bug = new IllegalStateException("a bug");
            CompletableFuture<String> result = builder().build().callAsync(() -> {
                if (attempts.incrementAndGet() == throwing) {
                    throw bug;
                }
                return conflict();
            });
            time.runAll();
            assertThat(error(result)).isSameAs(bug);
            assertThat(attempts).hasValue(throwing);
            assertThat(bug.getSuppressed()).hasSize(throwing - 1);
        }
    }

    @Test
    void aThrownConflictIsRetriedLikeAFailedStage() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result = builder().build().callAsync(() -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException(Samples.error(Kind.WRITE_CONFLICT));
            }
            return CompletableFuture.completedFuture("done");
        });
        time.runAll();
        assertThat(result).isCompletedWithValue("done");
    }

    @Test
    void anErrorOfTheMachineIsPassedOn() {
        AssertionError error = new AssertionError("x", Samples.error(Kind.WRITE_CONFLICT));
        CompletableFuture<String> result = builder().build().callAsync(() -> {
            throw error;
        });
        assertThat(error(result)).isSameAs(error);
    }

    @Test
    @SuppressWarnings("NullAway") // what careless callers do
    void noStageIsAnError() {
        Supplier<CompletionStage<String>> nothing = () -> null;
        assertThat(error(builder().build().callAsync(nothing)))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("no CompletionStage");
    }

    @Test
    void whatStagesWrapIsUnwrapped() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result = builder().maxAttempts(2).build().callAsync(() -> {
            attempts.incrementAndGet();
            return CompletableFuture.<String>failedFuture(new CompletionException(Samples.error(Kind.WRITE_CONFLICT)))
                    .thenApply(x -> x);
        });
        time.runAll();
        assertThat(error(result))
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContaining("2 attempts");
        assertThat(attempts).hasValue(2);
    }

    @Test
    void theBudgetHolds() {
        CompletableFuture<String> result = builder().build().callAsync(CallAsyncTest::conflict, Duration.ofMillis(40));
        time.runAll();
        assertThat(error(result)).hasMessageContaining("time limit of 40 ms");
        assertThat(time.passedNanos()).isLessThanOrEqualTo(40_000_000);
        assertThat(error(builder().build().callAsync(CallAsyncTest::conflict, Duration.ZERO)))
                .hasMessageContaining("1 attempt ");
    }

    @Test
    void cancellingEndsTheRetries() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result = builder().build().callAsync(() -> {
            attempts.incrementAndGet();
            return conflict();
        });
        assertThat(result.cancel(false)).isTrue();
        time.runAll();
        assertThat(attempts).hasValue(1);
        assertThat(result).isCancelled();
    }

    @Test
    void cancellingReachesTheAttemptUnderWay() {
        List<CompletableFuture<String>> attempts = new ArrayList<>();
        CompletableFuture<String> result = builder().build().callAsync(() -> {
            attempts.add(new CompletableFuture<>());
            return attempts.get(attempts.size() - 1);
        });
        attempts.get(0).completeExceptionally(Samples.error(Kind.WRITE_CONFLICT));
        time.runAll();
        assertThat(attempts).hasSize(2);
        result.cancel(false);
        assertThat(attempts.get(1)).isCancelled();
        time.runAll();
        assertThat(attempts).hasSize(2);
    }

    @Test
    void anExecutorThatRefusesFailsTheCall() {
        CompletableFuture<String> result = builder()
                .executor(task -> {
                    throw new RejectedExecutionException("shut down");
                })
                .build()
                .callAsync(CallAsyncTest::conflict);
        time.runAll();
        assertThat(error(result))
                .isInstanceOf(RejectedExecutionException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void anExecutorWithoutThreadsFailsTheCall() {
        OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
        CompletableFuture<String> result = builder()
                .executor(task -> {
                    throw none;
                })
                .build()
                .callAsync(CallAsyncTest::conflict);
        time.runAll();
        assertThat(error(result)).isSameAs(none);
    }

    @Test
    void anErrorOfAListenerLosesNoResult() {
        LockRetry retry = builder().build();
        retry.retries().forEach(r -> r.getEventPublisher().onSuccess(e -> {
            throw new NoSuchMethodError("an old metrics library");
        }));
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result = retry.callAsync(
                () -> attempts.incrementAndGet() < 2 ? conflict() : CompletableFuture.completedFuture("done"));
        time.runAll();
        assertThat(result).isCompletedWithValue("done");
    }

    @Test
    void aStageThatTakesNoDependentFailsTheCall() {
        IllegalStateException odd = new IllegalStateException("no dependents");
        CompletableFuture<String> stage = new CompletableFuture<>() {
            @Override
            public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                throw odd;
            }
        };
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> result =
                builder().build().callAsync(() -> attempts.incrementAndGet() < 2 ? conflict() : stage);
        time.runAll();
        assertThat(error(result)).isSameAs(odd);
    }

    @Test
    void aPredicateThatStumblesHidesNoError() {
        SQLException error = Samples.error(Kind.WRITE_CONFLICT);
        Retry careless = Retry.of(
                "careless",
                RetryConfig.custom()
                        .retryOnException(e -> e.getMessage().length() / 0 > 0)
                        .build());
        CompletableFuture<String> result =
                builder().conflictRetry(careless).build().callAsync(() -> CompletableFuture.failedFuture(error));
        time.runAll();
        assertThat(error(result)).isSameAs(error);
    }

    @Test
    void aHundredThousandAttemptsDoNotOverflowTheStack() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Integer> result = builder()
                .deadline(Duration.ofDays(1))
                .build()
                .callAsync(() -> attempts.incrementAndGet() < 100_000
                        ? CompletableFuture.failedFuture(Samples.error(Kind.WRITE_CONFLICT))
                        : CompletableFuture.completedFuture(attempts.get()));
        time.runAll();
        assertThat(result).isCompletedWithValue(100_000);
    }

    @Test
    void onRealTimeNoThreadOfTheCallerWaits() throws InterruptedException {
        LockRetry retry = LockRetry.ofDefaults();
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        List<Thread> later = new ArrayList<>();
        CompletableFuture<String> result = retry.callAsync(() -> {
            if (attempts.incrementAndGet() == 1) {
                return conflict();
            }
            later.add(Thread.currentThread());
            return CompletableFuture.completedFuture("done");
        });
        result.thenRun(done::countDown);
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(later).doesNotContain(Thread.currentThread());
    }
}
