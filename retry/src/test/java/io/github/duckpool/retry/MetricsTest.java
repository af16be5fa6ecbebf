package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.lock.DuckError.Kind;
import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What resilience4j-micrometer shows of a retry whose registry is bound to a meter registry. */
class MetricsTest {
    private final RetryRegistry registry = RetryRegistry.ofDefaults();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private double calls(String name, String kind) {
        return meters.get("resilience4j.retry.calls")
                .tag("name", name)
                .tag("kind", kind)
                .functionCounter()
                .count();
    }

    @Test
    void callsAreCountedByOutcome() throws SQLException {
        TaggedRetryMetrics.ofRetryRegistry(registry).bindTo(meters);
        LockRetry retry = new LockRetryBuilder(new VirtualTime(5))
                .registry(registry)
                .maxAttempts(3)
                .build();
        retry.call(() -> "at once");
        int[] attempts = {0};
        retry.call(() -> {
            if (attempts[0]++ == 0) {
                throw Samples.error(Kind.WRITE_CONFLICT);
            }
            return "later";
        });
        assertThatThrownBy(() -> retry.call(() -> {
                    throw Samples.error(Kind.WRITE_CONFLICT);
                }))
                .hasMessageContaining("3 attempts");
        assertThat(calls("duckpool-conflict", "successful_without_retry")).isEqualTo(1);
        assertThat(calls("duckpool-conflict", "successful_with_retry")).isEqualTo(1);
        assertThat(calls("duckpool-conflict", "failed_with_retry")).isEqualTo(1);
        assertThat(calls("duckpool-file-lock", "successful_without_retry")).isEqualTo(2);
    }
}
