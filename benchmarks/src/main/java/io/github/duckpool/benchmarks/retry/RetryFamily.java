package io.github.duckpool.benchmarks.retry;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.JmhTurn;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a retry adds to work that succeeds at once. */
public final class RetryFamily implements Family {
    private static final String GROUP = "work that succeeds at once";
    private static final String AT = Case.threads(1);
    private static final String LOCK_RETRY = "LockRetry";
    private static final String RESILIENCE4J = "Resilience4j alone";
    private static final String DIRECT = "called directly";

    /** The benchmark's method for each contender. */
    private static final Map<String, String> METHODS =
            Map.of(LOCK_RETRY, "lockRetry", RESILIENCE4J, "resilience4j", DIRECT, "direct");

    /** Less than a nanosecond for the call itself, within the noise of the 50 that a retry may add. */
    private static final double MOST_NANOS = 50;

    @Override
    public String name() {
        return "retry";
    }

    @Override
    public String question() {
        return "What does a retry add to work that succeeds at once? Every turn is a JMH fork.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(JmhTurn.SCORE, "ns"), Metric.cost(JmhTurn.ALLOCATED, "B"));
    }

    @Override
    public String reference() {
        return LOCK_RETRY;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(6);
            case REPORT -> Duration.ofSeconds(20);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(2));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        int millis = effort.part(300);
        List<String> contenders =
                effort == Effort.QUICK ? List.of(LOCK_RETRY, RESILIENCE4J) : List.of(LOCK_RETRY, RESILIENCE4J, DIRECT);
        return List.of(Case.of(
                GROUP,
                AT,
                contenders,
                name -> new JmhTurn(HappyPathBenchmark.class, METHODS.getOrDefault(name, name), 1, Map.of(), millis)));
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.atMost(
                        "nanoseconds of a call through LockRetry, the work of less than one included",
                        new Ratio(GROUP, AT, JmhTurn.SCORE, LOCK_RETRY, null),
                        MOST_NANOS),
                Target.atMost(
                        "bytes that it allocates (JMH itself shows a fraction of one)",
                        new Ratio(GROUP, AT, JmhTurn.ALLOCATED, LOCK_RETRY, null),
                        0.5));
    }
}
