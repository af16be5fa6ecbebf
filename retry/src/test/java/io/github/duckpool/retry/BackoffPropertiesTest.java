package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for any settings. */
class BackoffPropertiesTest {

    /** Settings of one family, and how long attempts take. */
    record Settings(
            int maxAttempts,
            Duration initial,
            double multiplier,
            Duration max,
            double jitter,
            Duration deadline,
            Duration budget,
            Duration attempt,
            Kind kind,
            long seed) {

        LockRetry on(VirtualTime time) {
            return new LockRetryBuilder(time)
                    .executor(Runnable::run)
                    .maxAttempts(maxAttempts)
                    .initialBackoff(initial)
                    .multiplier(multiplier)
                    .maxBackoff(max)
                    .jitter(jitter)
                    .deadline(deadline)
                    .build();
        }

        long endNanos() {
            return Math.min(deadline.toNanos(), budget.toNanos());
        }
    }

    @Provide
    Arbitrary<Settings> settings() {
        Arbitrary<Duration> short_ =
                Arbitraries.longs().between(1, 5_000_000_000L).map(Duration::ofNanos);
        Arbitrary<Duration> limit = Arbitraries.oneOf(
                Arbitraries.longs().between(1, 20_000_000_000L).map(Duration::ofNanos),
                Arbitraries.just(Duration.ofDays(100)));
        Arbitrary<Duration> attempt = Arbitraries.oneOf(
                Arbitraries.just(Duration.ZERO),
                Arbitraries.longs().between(0, 2_000_000_000L).map(Duration::ofNanos));
        return Combinators.combine(
                        Arbitraries.integers().between(1, 60),
                        short_,
                        Arbitraries.doubles().between(1, 10),
                        short_,
                        Arbitraries.doubles().between(0, 1),
                        limit,
                        limit,
                        attempt)
                .as((attempts, a, multiplier, b, jitter, deadline, budget, each) -> new Settings(
                        attempts,
                        a.compareTo(b) < 0 ? a : b,
                        multiplier,
                        a.compareTo(b) < 0 ? b : a,
                        jitter,
                        deadline,
                        budget,
                        each,
                        a.toNanos() % 2 == 0 ? Kind.FILE_LOCKED : Kind.WRITE_CONFLICT,
                        a.toNanos()));
    }

    @Property(tries = 500)
    void ceilingsGrowAndStayCapped(
            @ForAll("settings") Settings settings, @ForAll @IntRange(min = 1, max = 2_000) int n) {
        Backoff backoff = settings.on(new VirtualTime(0)).conflicts();
        assertThat(backoff.ceilingNanos(1)).isEqualTo(settings.initial().toNanos());
        assertThat(backoff.ceilingNanos(n + 1)).isGreaterThanOrEqualTo(backoff.ceilingNanos(n));
        assertThat(backoff.ceilingNanos(n)).isLessThanOrEqualTo(settings.max().toNanos());
        double exact = settings.initial().toNanos() * Math.pow(settings.multiplier(), n - 1.0);
        if (exact < settings.max().toNanos()) {
            assertThat(backoff.ceilingNanos(n)).isEqualTo((long) exact);
        }
    }

    @Property(tries = 500)
    void jitterStaysWithinItsBounds(
            @ForAll("settings") Settings settings,
            @ForAll @IntRange(min = 1, max = 200) int n,
            @ForAll @IntRange(max = 999_999) int millionths) {
        Backoff backoff = settings.on(new VirtualTime(0)).conflicts();
        long ceiling = backoff.ceilingNanos(n);
        assertThat(backoff.delayNanos(n, millionths / 1e6))
                .isBetween((long) Math.floor(ceiling * (1 - settings.jitter())), ceiling);
        assertThat(backoff.delayNanos(n, 0)).isEqualTo(ceiling);
    }

    /** The start of each attempt of work that never succeeds. */
    private static List<Long> attempts(Settings settings, VirtualTime time, boolean async) {
        List<Long> starts = new ArrayList<>();
        LockRetry retry = settings.on(time);
        if (async) {
            CompletableFuture<Object> result = retry.callAsync(
                    () -> {
                        starts.add(time.passedNanos());
                        CompletableFuture<Object> attempt = new CompletableFuture<>();
                        time.at(
                                settings.attempt().toNanos(),
                                () -> attempt.completeExceptionally(Samples.error(settings.kind())));
                        return attempt;
                    },
                    settings.budget());
            time.runAll();
            assertThat(result).isCompletedExceptionally();
            assertThat(catchThrowable(result::join).getCause()).isInstanceOf(SQLException.class);
        } else {
            Throwable error = catchThrowable(() -> retry.call(
                    () -> {
                        starts.add(time.passedNanos());
                        time.pass(settings.attempt().toNanos());
                        throw Samples.error(settings.kind());
                    },
                    settings.budget()));
            assertThat(error.getSuppressed()).hasSize(starts.size() - 1);
        }
        return starts;
    }

    @Property(tries = 300)
    void noAttemptStartsPastTheEndAndTheyAreExact(@ForAll("settings") Settings settings, @ForAll boolean async) {
        VirtualTime time = new VirtualTime(settings.seed());
        List<Long> starts = attempts(settings, time, async);
        assertThat(starts).allSatisfy(start -> assertThat(start).isLessThanOrEqualTo(settings.endNanos()));
        assertThat(time.waits).as("no wait after the last attempt").hasSize(starts.size() - 1);
        assertThat(starts.size()).isLessThanOrEqualTo(settings.maxAttempts());
        boolean timeEnough = settings.maxAttempts()
                        * (settings.max().toNanos() + settings.attempt().toNanos())
                < settings.endNanos();
        if (timeEnough) {
            assertThat(starts).hasSize(settings.maxAttempts());
        }
        Backoff backoff = settings.on(time).conflicts();
        for (int i = 0; i < time.waits.size(); i++) {
            assertThat(time.waits.get(i)).isBetween(0L, backoff.ceilingNanos(i + 1));
        }
    }

    @Property(tries = 200)
    void withTimeEnoughEachWaitIsWithinTheJitter(@ForAll("settings") Settings any, @ForAll boolean async) {
        Settings settings = new Settings(
                any.maxAttempts(),
                any.initial(),
                any.multiplier(),
                any.max(),
                any.jitter(),
                Duration.ofDays(100),
                Duration.ofDays(100),
                any.attempt(),
                any.kind(),
                any.seed());
        VirtualTime time = new VirtualTime(settings.seed());
        attempts(settings, time, async);
        Backoff backoff = settings.on(time).conflicts();
        for (int i = 0; i < time.waits.size(); i++) {
            long ceiling = backoff.ceilingNanos(i + 1);
            assertThat(time.waits.get(i)).isBetween((long) Math.floor(ceiling * (1 - settings.jitter())), ceiling);
        }
    }

    @Property(tries = 100)
    void blockingAndAsynchronousCallsAgree(@ForAll("settings") Settings settings) {
        VirtualTime blocking = new VirtualTime(settings.seed());
        VirtualTime async = new VirtualTime(settings.seed());
        assertThat(attempts(settings, async, true)).isEqualTo(attempts(settings, blocking, false));
    }

    @Property(tries = 50)
    void workThatSucceedsInTimeSucceeds(
            @ForAll("settings") Settings any, @ForAll @IntRange(min = 0, max = 20) int failures) throws Exception {
        VirtualTime time = new VirtualTime(any.seed());
        LockRetry retry = new LockRetryBuilder(time)
                .executor(Runnable::run)
                .initialBackoff(any.initial())
                .maxBackoff(any.max())
                .deadline(Duration.ofDays(100))
                .build();
        int[] attempts = new int[2];
        String result = retry.call(() -> {
            if (attempts[0]++ < failures) {
                throw Samples.error(any.kind());
            }
            return "done";
        });
        CompletionStage<String> async = retry.callAsync(() -> attempts[1]++ < failures
                ? CompletableFuture.failedFuture(Samples.error(any.kind()))
                : CompletableFuture.completedFuture("done"));
        time.runAll();
        assertThat(result).isEqualTo("done");
        assertThat(async.toCompletableFuture()).isCompletedWithValue("done");
        assertThat(attempts).containsOnly(failures + 1);
    }
}
