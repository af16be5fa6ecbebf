package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * A thousand callers update one row at once, in virtual time. The row behaves as DuckDB's do: whoever finds it in another
 * transaction's hands gets a conflict at once, and a transaction takes a millisecond.
 */
class ConflictStormTest {
    private static final int CALLERS = 1_000;
    private static final long TRANSACTION_NANOS = 1_000_000;
    /** One for all, since a million with a stack each would fill the memory. */
    private static final SQLException CONFLICT = Samples.error(Kind.WRITE_CONFLICT);

    private static final long BUCKET_NANOS = 1_000_000;

    /** The moments from which retries should have come apart. */
    private static final int FIRST_CALM_BUCKET = 64;

    private final VirtualTime time = new VirtualTime(7);
    private final List<Long> attempts = new ArrayList<>();
    private boolean rowHeld;
    private int commits;

    private CompletableFuture<Integer> update() {
        attempts.add(time.passedNanos());
        if (rowHeld) {
            return CompletableFuture.failedFuture(CONFLICT);
        }
        rowHeld = true;
        CompletableFuture<Integer> transaction = new CompletableFuture<>();
        time.at(TRANSACTION_NANOS, () -> {
            rowHeld = false;
            transaction.complete(++commits);
        });
        return transaction;
    }

    private List<CompletableFuture<Integer>> storm(LockRetryBuilder settings) {
        LockRetry retry = settings.executor(Runnable::run).build();
        Supplier<CompletableFuture<Integer>> work = this::update;
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            calls.add(retry.callAsync(work));
        }
        time.runAll();
        return calls;
    }

    /** The attempts in each millisecond. */
    private int[] histogram() {
        int[] buckets = new int[(int) (attempts.get(attempts.size() - 1) / BUCKET_NANOS) + 1];
        for (long at : attempts) {
            buckets[(int) (at / BUCKET_NANOS)]++;
        }
        return buckets;
    }

    /** The busiest millisecond, once the first collision is over. */
    private int busiest() {
        return Arrays.stream(histogram()).skip(FIRST_CALM_BUCKET).max().orElse(0);
    }

    @Test
    void everyCallerEndsAndTheRetriesComeApart() {
        List<CompletableFuture<Integer>> calls = storm(new LockRetryBuilder(time));
        assertThat(calls).allSatisfy(call -> assertThat(call).isCompleted());
        assertThat(calls.stream().map(CompletableFuture::join)).doesNotHaveDuplicates();
        assertThat(commits).isEqualTo(CALLERS);

        int[] histogram = histogram();
        assertThat(histogram[0]).as("all begin together").isGreaterThanOrEqualTo(CALLERS);
        // A thousand callers spread over 100 ms make about 20 attempts in a millisecond.
        assertThat(busiest()).as(Arrays.toString(histogram)).isLessThan(60);
        assertThat(time.passedNanos())
                .as("the row is kept busy all the time, or nearly so")
                .isLessThan(2 * CALLERS * TRANSACTION_NANOS);
    }

    @Test
    void withoutJitterTheJudgeSeesThemMarchInStep() {
        storm(new LockRetryBuilder(time).jitter(0));
        assertThat(busiest()).isGreaterThan(CALLERS / 2);
    }

    @Test
    void theDeadlineDoesNotBringThemBackTogether() {
        rowHeld = true; // for ever
        List<CompletableFuture<Integer>> calls = storm(new LockRetryBuilder(time));
        assertThat(calls).allSatisfy(call -> assertThat(call).isCompletedExceptionally());
        // The last wait is drawn from what is left, so the last millisecond is denser than the others: 20 * (1 + ln
        // 100), or
        // about 112. Were waits cut to the end instead, it would hold a thousand.
        assertThat(busiest()).isLessThan(160);
        assertThat(attempts).allSatisfy(at -> assertThat(at).isLessThanOrEqualTo(30_000_000_000L));
    }
}
