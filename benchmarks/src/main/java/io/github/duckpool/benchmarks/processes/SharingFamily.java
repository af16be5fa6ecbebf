package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import io.github.duckpool.benchmarks.harness.Together;
import java.time.Duration;
import java.util.List;

/** What sharing costs while there is nobody to share with. */
public final class SharingFamily implements Family {
    static final String COOPERATIVE = "cooperative";
    static final String EXCLUSIVE = "exclusive";
    private static final String GROUP = "nobody else wants the file";
    private static final String AT = "1 thread";

    @Override
    public String name() {
        return "sharing";
    }

    @Override
    public String question() {
        return "What does a pool that would pass the file on cost per borrow and return while nobody waits for it, compared with "
                + "one that keeps it? Thousands of borrows of each after thousands of the other, in one JVM: forks of the same code differ by more than the target.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(IdleSharing.TIME, "ns"));
    }

    @Override
    public String reference() {
        return COOPERATIVE;
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
        var borrows = new IdleSharing(effort == Effort.QUICK ? 100 : effort.part(400));
        return List.of(new Case(GROUP, AT, Together.contenders(List.of(COOPERATIVE, EXCLUSIVE), borrows::measure)));
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.atMost(
                "time of a cooperative pool, over that of an exclusive one",
                new Ratio(GROUP, AT, IdleSharing.TIME, COOPERATIVE, EXCLUSIVE),
                1.05));
    }
}
