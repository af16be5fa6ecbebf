package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.retry.event.RetryEvent;
import io.github.resilience4j.retry.event.RetryOnRetryEvent;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a registry, a retry and listeners of the user's own take part. */
class Resilience4jTest {
    private final VirtualTime time = new VirtualTime(3);
    private final List<RetryEvent> events = new ArrayList<>();

    private LockRetryBuilder builder() {
        return new LockRetryBuilder(time).executor(Runnable::run);
    }

    private String call(LockRetry retry, Kind... kinds) throws SQLException {
        int[] next = {0};
        return retry.call(() -> {
            if (next[0] < kinds.length) {
                throw Samples.error(kinds[next[0]++]);
            }
            return "done";
        });
    }

    private List<String> told() {
        List<String> texts = new ArrayList<>();
        for (RetryEvent event : events) {
            texts.add(event.getName() + " " + event.getEventType() + " "
                    + LockRetry.errorOf(event).map(e -> e.kind().name()).orElse("-"));
        }
        return texts;
    }

    private LockRetry listened(LockRetryBuilder builder) {
        LockRetry retry = builder.build();
        retry.retries().forEach(r -> r.getEventPublisher().onEvent(events::add));
        return retry;
    }

    @Test
    void eventsCarryKindAndHolder() throws SQLException {
        LockRetry retry = listened(builder());
        call(retry, Kind.FILE_LOCKED, Kind.WRITE_CONFLICT);
        assertThat(told())
                .containsExactly(
                        "duckpool-file-lock RETRY FILE_LOCKED",
                        "duckpool-conflict RETRY WRITE_CONFLICT",
                        "duckpool-file-lock SUCCESS FILE_LOCKED",
                        "duckpool-conflict SUCCESS WRITE_CONFLICT");
        DuckError error = LockRetry.errorOf(events.get(0)).orElseThrow();
        assertThat(error.holderPid()).hasValue(4242);
        assertThat(error.holderCommand()).hasValue("/usr/bin/python3.11");
        assertThat(error.holderUser()).hasValue("anna");
    }

    @Test
    void eventsTellTheWaitThatFollows() throws SQLException {
        LockRetry retry = listened(builder());
        call(retry, Kind.FILE_LOCKED, Kind.FILE_LOCKED, Kind.FILE_LOCKED);
        List<Duration> told = events.stream()
                .filter(RetryOnRetryEvent.class::isInstance)
                .map(e -> ((RetryOnRetryEvent) e).getWaitInterval())
                .toList();
        assertThat(told).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(told.get(i).minusNanos(time.waits.get(i))).isBetween(Duration.ZERO, Duration.ofNanos(999_999));
        }
    }

    @Test
    void givingUpIsTold() {
        assertThatThrownBy(() -> call(listened(builder().maxAttempts(2)), Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT))
                .isInstanceOf(SQLTransactionRollbackException.class);
        assertThat(told())
                .containsExactly(
                        "duckpool-conflict RETRY WRITE_CONFLICT",
                        "duckpool-conflict ERROR WRITE_CONFLICT",
                        "duckpool-file-lock IGNORED_ERROR WRITE_CONFLICT");
    }

    @Test
    void theDeadlineIsToldAsAnError() {
        LockRetry retry = listened(builder().deadline(Duration.ofMillis(1)));
        assertThatThrownBy(() -> retry.call(() -> {
                    time.pass(2_000_000);
                    throw Samples.error(Kind.FILE_LOCKED);
                }))
                .hasMessageContaining("deadline");
        assertThat(told())
                .containsExactly("duckpool-file-lock ERROR FILE_LOCKED", "duckpool-conflict IGNORED_ERROR FILE_LOCKED");
    }

    @Test
    void anInterruptIsToldAsAnError() {
        LockRetry retry = listened(builder());
        time.whileAsleep = () -> Thread.currentThread().interrupt();
        assertThatThrownBy(() -> call(retry, Kind.WRITE_CONFLICT)).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(told())
                .containsExactly("duckpool-conflict RETRY WRITE_CONFLICT", "duckpool-conflict ERROR WRITE_CONFLICT");
    }

    @Test
    void callsAreCounted() throws SQLException {
        LockRetry retry = builder().maxAttempts(2).build();
        call(retry);
        call(retry);
        call(retry, Kind.WRITE_CONFLICT);
        assertThatThrownBy(() -> call(retry, Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT));
        assertThatThrownBy(() -> call(retry, Kind.CONSTRAINT));
        retry.callAsync(() -> CompletableFuture.completedFuture("done"));
        Retry.Metrics fileLocks = retry.retries().get(0).getMetrics();
        Retry.Metrics conflicts = retry.retries().get(1).getMetrics();
        assertThat(conflicts.getNumberOfSuccessfulCallsWithoutRetryAttempt()).isEqualTo(3);
        assertThat(conflicts.getNumberOfSuccessfulCallsWithRetryAttempt()).isEqualTo(1);
        assertThat(conflicts.getNumberOfFailedCallsWithRetryAttempt()).isEqualTo(1);
        assertThat(conflicts.getNumberOfFailedCallsWithoutRetryAttempt()).isEqualTo(1);
        assertThat(fileLocks.getNumberOfSuccessfulCallsWithoutRetryAttempt()).isEqualTo(4);
        assertThat(fileLocks.getNumberOfFailedCallsWithoutRetryAttempt()).isEqualTo(2);
    }

    @Test
    void aRegistrysConfigurationApplies() {
        RetryRegistry registry = RetryRegistry.custom()
                .addRetryConfig(
                        "letters-conflict",
                        RetryConfig.custom()
                                .maxAttempts(4)
                                .waitDuration(Duration.ofMillis(7))
                                .build())
                .build();
        LockRetry retry = builder().name("letters").registry(registry).build();
        assertThat(registry.getAllRetries()).containsExactlyInAnyOrderElementsOf(retry.retries());
        assertThatThrownBy(() -> call(
                        retry,
                        Kind.WRITE_CONFLICT,
                        Kind.WRITE_CONFLICT,
                        Kind.WRITE_CONFLICT,
                        Kind.WRITE_CONFLICT,
                        Kind.WRITE_CONFLICT))
                .hasMessageContaining("4 attempts");
        assertThat(time.waits).containsExactly(7_000_000L, 7_000_000L, 7_000_000L);
    }

    @Test
    void aRegistrysInstanceIsUsed() {
        RetryRegistry registry = RetryRegistry.ofDefaults();
        Retry mine = registry.retry(
                "duckpool-file-lock", RetryConfig.custom().maxAttempts(2).build());
        LockRetry retry = builder().registry(registry).build();
        assertThat(retry.retries().get(0)).isSameAs(mine);
        assertThatThrownBy(() -> call(retry, Kind.FILE_LOCKED, Kind.FILE_LOCKED, Kind.FILE_LOCKED))
                .hasMessageContaining("2 attempts");
    }

    @Test
    void aRetryOfTheUsersOwnNeverRetriesWhatHasNoCure() {
        Retry mine = Retry.ofDefaults("mine"); // retries anything, three times
        mine.getEventPublisher().onEvent(events::add);
        LockRetry retry = builder().conflictRetry(mine).fileLockRetry(mine).build();
        assertThatThrownBy(() -> call(retry, Kind.UNKNOWN_OUTCOME)).hasNoCause();
        assertThat(told()).containsExactly("mine IGNORED_ERROR UNKNOWN_OUTCOME");
        assertThat(time.waits).isEmpty();
    }

    @Test
    void aRetryForBothCountsACallOnce() throws SQLException {
        Retry mine = Retry.ofDefaults("mine");
        LockRetry retry = builder().conflictRetry(mine).fileLockRetry(mine).build();
        call(retry);
        call(retry, Kind.WRITE_CONFLICT);
        assertThat(mine.getMetrics().getNumberOfSuccessfulCallsWithoutRetryAttempt())
                .isEqualTo(1);
        assertThat(mine.getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt())
                .isEqualTo(1);
    }

    @Test
    void exceptionsThatItsSettingsIgnoreAreNotRetried() {
        Retry mine = Retry.of(
                "mine",
                RetryConfig.custom()
                        .ignoreExceptions(SQLTransactionRollbackException.class)
                        .build());
        SQLException rollback = new SQLTransactionRollbackException(
                Samples.error(Kind.WRITE_CONFLICT).getMessage());
        assertThatThrownBy(() -> builder().conflictRetry(mine).build().call(() -> {
                    throw rollback;
                }))
                .isSameAs(rollback);
        assertThat(mine.getMetrics().getNumberOfFailedCallsWithoutRetryAttempt())
                .isEqualTo(1);
    }

    @Test
    void itsIntervalsDoNotPassTheDeadline() {
        Retry mine = Retry.of(
                "mine",
                RetryConfig.custom()
                        .maxAttempts(100)
                        .waitDuration(Duration.ofDays(365_000))
                        .build());
        LockRetry retry = builder()
                .jitter(0)
                .conflictRetry(mine)
                .conflicts(b -> b.deadline(Duration.ofSeconds(2)))
                .build();
        assertThatThrownBy(() -> call(retry, Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT))
                .hasMessageContainingAll("2 attempts in 2.0 s", "deadline");
    }

    @Test
    void aResultIsNeverRetried() throws SQLException {
        Retry mine =
                Retry.of("mine", RetryConfig.custom().retryOnResult(x -> true).build());
        assertThat(call(builder().conflictRetry(mine).build())).isEqualTo("done");
    }

    @Test
    void aListenerThatThrowsLosesNoResultAndHidesNoError() throws SQLException {
        LockRetry retry = builder().maxAttempts(3).build();
        retry.retries().forEach(r -> r.getEventPublisher().onSuccess(e -> {
            throw new IllegalStateException("listener");
        }));
        assertThat(call(retry, Kind.WRITE_CONFLICT)).isEqualTo("done");
        retry.retries().forEach(r -> r.getEventPublisher().onEvent(e -> {
            throw new IllegalStateException("listener");
        }));
        assertThat(call(retry, Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT)).isEqualTo("done");
        assertThatThrownBy(() -> call(retry, Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT, Kind.WRITE_CONFLICT))
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContaining("3 attempts");
        assertThatThrownBy(() -> call(retry, Kind.CONSTRAINT)).isExactlyInstanceOf(SQLException.class);
    }

    @Test
    void itsOwnDecoratorsWorkOnOurRetries() {
        Retry conflicts = builder().build().retries().get(1);
        assertThat(conflicts.getRetryConfig().getIntervalBiFunction().apply(100, null))
                .isBetween(0L, 100L);
        assertThat(conflicts.getRetryConfig().getExceptionPredicate())
                .accepts(Samples.error(Kind.WRITE_CONFLICT))
                .rejects(Samples.error(Kind.FILE_LOCKED), new IllegalStateException());
    }
}
