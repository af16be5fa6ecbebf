package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a future tells whose work was stopped in the moment in which its turn came. */
@Timeout(60)
class PendingTest {
    private final WorkThreads threads = new WorkThreads("pending");
    private final WorkReport report = new WorkReport("pending", () -> "nobody writes now");
    private final Budget budget = new Budget(TimeUnit.HOURS.toNanos(1), true);
    private final Call call = new Call(threads);
    private final PendingFunction<String> write = new PendingFunction<>(c -> "done", call, budget, report);

    @AfterEach
    void shutDown() {
        threads.shutdown();
    }

    @Test
    void whoFindsItStoppedAtItsDeadlineNeverTellsSuccess() {
        assertThat(call.stop(report.timedOut(budget))).isTrue();
        assertThat(call.start()).isFalse();
        write.run(); // before the one who stopped it has told
        assertThatThrownBy(write::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SQLTimeoutException.class);
    }

    @Test
    void whoFindsItCancelledNeverTellsSuccess() {
        assertThat(call.stop(report.cancelled())).isTrue();
        write.run();
        assertThatThrownBy(write::get).isInstanceOf(CancellationException.class);
    }

    @Test
    void whatHasNoOutcomeIsNoSuccess() {
        write.run();
        assertThatThrownBy(write::get).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatWasDoneWithoutAResultIsASuccess() throws Exception {
        PendingFunction<Void> nothing = new PendingFunction<>(c -> null, call, budget, report);
        assertThat(call.start()).isTrue();
        nothing.committed();
        nothing.run();
        assertThat(nothing.get()).isNull();
    }
}
