package io.github.duckpool.benchmarks.retry;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Contender;
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
    private static final String AT = "1 thread";
    private static final String LOCK_RETRY = "LockRetry";

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
            case QUICK -> Duration.ofSeconds(10);
            case REPORT -> Duration.ofSeconds(30);
            case FULL -> Duration.ofMinutes(2);
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        int millis = effort == Effort.QUICK ? 100 : 300;
        Contender lockRetry = contender(LOCK_RETRY, "lockRetry", millis);
        Contender resilience4j = contender("Resilience4j alone", "resilience4j", millis);
        return List.of(new Case(
                GROUP,
                AT,
                effort == Effort.QUICK
                        ? List.of(lockRetry, resilience4j)
                        : List.of(lockRetry, resilience4j, contender("called directly", "direct", millis))));
    }

    private static Contender contender(String name, String method, int millis) {
        return new Contender(name, new JmhTurn(HappyPathBenchmark.class, method, 1, Map.of(), millis));
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
