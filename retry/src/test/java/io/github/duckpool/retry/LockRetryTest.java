package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.duckpool.SqlCallable;
import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockRetryTest {
    private final VirtualTime time = new VirtualTime(1);

    private LockRetryBuilder builder() {
        return new LockRetryBuilder(time);
    }

    /** Fails with these errors in turn, then succeeds. */
    private static final class Script implements SqlCallable<String> {
        private final Deque<Exception> errors;
        int attempts;

        Script(Exception... errors) {
            this.errors = new ArrayDeque<>(Arrays.asList(errors));
        }

        @Override
        public String call() throws SQLException {
            attempts++;
            Exception next = errors.poll();
            if (next instanceof SQLException e) {
                throw e;
            }
            if (next != null) {
                throw (RuntimeException) next;
            }
            return "done";
        }
    }

    private static SQLException[] times(int n, Kind kind) {
        List<SQLException> errors = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            errors.add(Samples.error(kind));
        }
        return errors.toArray(SQLException[]::new);
    }

    @Test
    void succeedsAtOnceWithoutAWait() throws SQLException {
        Script work = new Script();
        assertThat(builder().build().call(work)).isEqualTo("done");
        assertThat(work.attempts).isEqualTo(1);
        assertThat(time.waits).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void exactlyTheCurableKindsAreRetried(Kind kind) throws SQLException {
        SQLException error = Samples.error(kind);
        Script work = new Script(error);
        LockRetry retry = builder().build();
        if (kind.retryable()) {
            assertThat(retry.call(work)).isEqualTo("done");
            assertThat(work.attempts).isEqualTo(2);
            return;
        }
        assertThatThrownBy(() -> retry.call(work)).isSameAs(error);
        assertThat(error.getSuppressed()).isEmpty();
        assertThat(work.attempts).isEqualTo(1);
        assertThat(time.waits).isEmpty();
    }

    @Test
    void familiesHaveBackoffsOfTheirOwn() throws SQLException {
        LockRetry retry = builder()
                .jitter(0)
                .fileLocks(b -> b.initialBackoff(Duration.ofMillis(40)))
                .conflicts(b -> b.initialBackoff(Duration.ofNanos(300_500)))
                .build();
        retry.call(new Script(
                Samples.error(Kind.FILE_LOCKED),
                Samples.error(Kind.WRITE_CONFLICT),
                Samples.error(Kind.FILE_LOCKED),
                Samples.error(Kind.CATALOG_CONFLICT)));
        assertThat(time.waits).containsExactly(40_000_000L, 300_500L, 80_000_000L, 601_000L);
    }

    @Test
    void theLastErrorIsThrownWithEveryEarlierOneAndTheFacts() {
        SQLException[] errors = times(3, Kind.FILE_LOCKED);
        LockRetry retry = builder().jitter(0).maxAttempts(3).build();
        assertThatThrownBy(() -> retry.call(new Script(errors)))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContainingAll(
                        "3 attempts", "150 ms", "fileLocks maxAttempts 3", "/usr/bin/python3.11 (PID 4242, user anna)")
                .hasCause(errors[2])
                .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(errors[0], errors[1]))
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08001"))
                .satisfies(e ->
                        assertThat(DuckError.classify((SQLException) e).kind()).isEqualTo(Kind.FILE_LOCKED));
        assertThat(time.waits).as("none after the last attempt").hasSize(2);
    }

    @Test
    void conflictsEndAsRollbacks() {
        LockRetry retry = builder().maxAttempts(2).build();
        assertThatThrownBy(() -> retry.call(new Script(times(2, Kind.WRITE_CONFLICT))))
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContainingAll("2 attempts", "conflicts maxAttempts 2", "Conflict on update!");
    }

    @Test
    void theStateThatThePoolGaveIsKept() {
        LockRetry retry = builder().maxAttempts(1).build();
        SQLException error = new SQLTransactionRollbackException(
                Samples.error(Kind.WRITE_CONFLICT).getMessage(), "40XXX", 7);
        assertThatThrownBy(() -> retry.call(new Script(error))).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getSQLState()).isEqualTo("40XXX");
            assertThat(e.getErrorCode()).isEqualTo(7);
        });
    }

    @Test
    void anErrorWithoutCureAfterConflictsIsThrownAsItIs() {
        SQLException conflict = Samples.error(Kind.WRITE_CONFLICT);
        SQLException constraint = Samples.error(Kind.CONSTRAINT);
        assertThatThrownBy(() -> builder().build().call(new Script(conflict, constraint)))
                .isSameAs(constraint);
        assertThat(constraint.getSuppressed()).containsExactly(conflict);
    }

    @Test
    void aKeyThatCollidesAtTheCommitIsTriedOnceMore() {
        Script work = new Script(times(9, Kind.CONSTRAINT_AT_COMMIT));
        assertThatThrownBy(() -> builder().build().call(work))
                .isInstanceOf(SQLIntegrityConstraintViolationException.class)
                .hasMessageContainingAll("2 attempts", "at most once");
        assertThat(work.attempts).isEqualTo(2);
    }

    @Test
    void aHandleThatStaysOpenIsTriedAFewTimes() {
        Script work = new Script(times(9, Kind.HANDLE_CONFLICT));
        assertThatThrownBy(() -> builder().build().call(work)).hasMessageContaining("at most 6 times");
        assertThat(work.attempts).isEqualTo(7);
    }

    @Test
    void aHandleThatComesAndGoesWhileAnotherProcessHasTheFileIsNoReasonToGiveUp() throws SQLException {
        List<SQLException> errors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            errors.addAll(List.of(times(3, Kind.HANDLE_CONFLICT)));
            errors.add(Samples.error(Kind.FILE_LOCKED));
        }
        assertThat(builder().build().call(new Script(errors.toArray(SQLException[]::new))))
                .isEqualTo("done");
    }

    @Test
    void withoutBudgetThereIsOneAttempt() {
        for (Duration budget : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            Script work = new Script(times(2, Kind.FILE_LOCKED));
            assertThatThrownBy(() -> builder().build().call(work, budget))
                    .hasMessageContainingAll("1 attempt ", "time limit of 0");
            assertThat(work.attempts).isEqualTo(1);
        }
        assertThat(time.waits).isEmpty();
    }

    @Test
    void theCallersLimitEndsItBeforeTheDeadline() {
        Script work = new Script(times(10_000, Kind.FILE_LOCKED));
        assertThatThrownBy(() -> builder().build().call(work, Duration.ofSeconds(3)))
                .hasMessageContaining("time limit of 3.0 s");
        assertThat(time.passedNanos()).isLessThanOrEqualTo(3_000_000_000L);
    }

    @Test
    void theDeadlineEndsIt() {
        Script work = new Script(times(10_000, Kind.WRITE_CONFLICT));
        LockRetry retry = builder().deadline(Duration.ofMillis(700)).build();
        assertThatThrownBy(() -> retry.call(work)).hasMessageContaining("conflicts deadline 700 ms");
        assertThat(time.passedNanos()).isLessThanOrEqualTo(700_000_000L);
    }

    @Test
    void theTimeOfTheFirstAttemptCounts() {
        LockRetry retry = builder().deadline(Duration.ofSeconds(5)).build();
        assertThatThrownBy(() -> retry.call(() -> {
                    time.pass(6_000_000_000L);
                    throw Samples.error(Kind.FILE_LOCKED);
                }))
                .hasMessageContainingAll("1 attempt in 6.0 s", "fileLocks deadline 5.0 s");
    }

    @Test
    void aLongWaitForTheFileLeavesTimeForConflicts() throws SQLException {
        LockRetry retry = builder().deadline(Duration.ofSeconds(10)).build();
        Deque<SQLException> errors =
                new ArrayDeque<>(List.of(Samples.error(Kind.FILE_LOCKED), Samples.error(Kind.WRITE_CONFLICT)));
        assertThat(retry.call(() -> {
                    SQLException next = errors.poll();
                    if (next == null) {
                        return "done";
                    }
                    time.pass(9_000_000_000L);
                    throw next;
                }))
                .isEqualTo("done");
    }

    @Test
    void anInterruptDuringTheWaitEndsItAndIsSeen() {
        time.whileAsleep = () -> Thread.currentThread().interrupt();
        Script work = new Script(times(5, Kind.WRITE_CONFLICT));
        Throwable thrown = catchThrowable(() -> builder().build().call(work));
        assertThat(Thread.interrupted()).as("the flag").isTrue();
        assertThat(thrown)
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContainingAll("interrupted", "1 attempt")
                .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(InterruptedException.class));
        assertThat(work.attempts).isEqualTo(1);
    }

    @Test
    void anInterruptEndsARealWaitAtOnce() throws InterruptedException {
        LockRetry retry = LockRetry.builder()
                .jitter(0)
                .initialBackoff(Duration.ofHours(1))
                .maxBackoff(Duration.ofHours(1))
                .deadline(Duration.ofDays(1))
                .build();
        Throwable[] thrown = new Throwable[1];
        boolean[] flag = new boolean[1];
        Thread caller = new Thread(() -> {
            thrown[0] = catchThrowable(() -> retry.call(new Script(times(2, Kind.WRITE_CONFLICT))));
            flag[0] = Thread.currentThread().isInterrupted();
        });
        caller.start();
        caller.interrupt(); // before or during the wait: both end it
        caller.join();
        assertThat(thrown[0]).hasMessageContaining("interrupted");
        assertThat(flag[0]).isTrue();
    }

    @Test
    void whatAFrameworkWrapsIsRetriedAndThrownAsItIs() {
        RuntimeException first = new IllegalStateException("jOOQ", Samples.error(Kind.WRITE_CONFLICT));
        RuntimeException second = new IllegalStateException("jOOQ", Samples.error(Kind.WRITE_CONFLICT));
        Script work = new Script(first, second);
        assertThatThrownBy(() -> builder().maxAttempts(2).build().call(work)).isSameAs(second);
        assertThat(second.getSuppressed()).singleElement().satisfies(e -> assertThat(e)
                .hasMessageContaining("2 attempts")
                .satisfies(f -> assertThat(f.getSuppressed()).containsExactly(first)));
        RuntimeException bug = new IllegalStateException("a bug");
        assertThatThrownBy(() -> builder().build().call(new Script(bug))).isSameAs(bug);
        assertThat(bug.getSuppressed()).isEmpty();
    }

    @Test
    void anErrorThatIsThrownAgainAndAgainIsNoTrouble() {
        SQLException same = Samples.error(Kind.WRITE_CONFLICT);
        RuntimeException wrapped = new IllegalStateException(same);
        assertThatThrownBy(() -> builder().maxAttempts(3).build().call(new Script(same, same, same)))
                .hasCause(same);
        assertThatThrownBy(() -> builder().maxAttempts(3).build().call(new Script(wrapped, wrapped, wrapped)))
                .isSameAs(wrapped);
    }

    @Test
    void manyErrorsDoNotFillTheMemory() {
        LockRetry retry = builder()
                .conflicts(b -> b.maxAttempts(5_000).deadline(Duration.ofDays(1)))
                .build();
        assertThatThrownBy(() -> retry.call(new Script(times(6_000, Kind.WRITE_CONFLICT))))
                .hasMessageContainingAll("5000 attempts", "4899 errors between are not listed")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(100));
    }
}
