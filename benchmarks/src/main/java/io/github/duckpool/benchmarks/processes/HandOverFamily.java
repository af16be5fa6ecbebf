package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Contender;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import io.github.duckpool.benchmarks.harness.Together;
import java.time.Duration;
import java.util.List;

/** How long a file takes to change hands. */
public final class HandOverFamily implements Family {
    private static final String POOL = PassedOn.POOL;
    private static final String ASKING = "driver alone, asking";
    private static final String PASSED_ON = "passed on";
    private static final String KILLED = "the holder is killed";
    private static final String SMALL = "1 MB";
    private static final String BIG = "50 MB";
    private static final String HUGE = "500 MB";
    private static final int SMALL_ROWS = 130_000;
    private static final int BIG_ROWS = 6_500_000;
    private static final int HUGE_ROWS = 65_000_000;

    @Override
    public String name() {
        return "handover";
    }

    @Override
    public String question() {
        return "How long does a file take from the return of the last connection in one process to the first answer in another, "
                + "compared with the driver's close there and open here, told through a pipe, and with both in one process? One hand-over of each after another, on one file, "
                + "each after a row was written. The pools' shortest slice is 1 ms and the holder has the file for 30, so that nobody waits for a slice in it. "
                + "And when the holder is killed with commits in the log?";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(HandOver.TIME, "ms"));
    }

    @Override
    public String reference() {
        return POOL;
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(9);
            case REPORT -> Duration.ofSeconds(80);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(4));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        return switch (effort) {
            case QUICK -> List.of(passedOn(SMALL, SMALL_ROWS, 7, false));
            case REPORT -> List.of(passedOn(SMALL, SMALL_ROWS, 30, true), passedOn(BIG, BIG_ROWS, 30, true), killed());
            case FULL, TRIAL ->
                List.of(
                        passedOn(SMALL, SMALL_ROWS, effort.part(40), true),
                        passedOn(BIG, BIG_ROWS, effort.part(40), true),
                        passedOn(HUGE, HUGE_ROWS, effort.part(20), true),
                        killed());
        };
    }

    private static Case passedOn(String size, int rows, int times, boolean all) {
        List<String> ways = all ? List.of(POOL, PassedOn.TWO, PassedOn.BARE) : List.of(POOL, PassedOn.TWO);
        return new Case(PASSED_ON, size, Together.contenders(ways, new PassedOn(ways, rows, times)::measure));
    }

    private static Case killed() {
        return new Case(
                KILLED,
                BIG,
                List.of(
                        new Contender(POOL, directory -> HandOver.afterKill(directory, BIG_ROWS)),
                        new Contender(ASKING, directory -> HandOver.bareAfterKill(directory, BIG_ROWS))));
    }

    @Override
    public List<Target> targets() {
        return List.of(
                Target.atMost(
                        "a hand-over, over closing and opening, 1 MB",
                        new Ratio(PASSED_ON, SMALL, HandOver.TIME, POOL, PassedOn.TWO),
                        1.2),
                Target.atMost(
                        "a hand-over, over closing and opening, 50 MB",
                        new Ratio(PASSED_ON, BIG, HandOver.TIME, POOL, PassedOn.TWO),
                        1.2),
                Target.atMost(
                        "milliseconds from the holder's kill to the first answer",
                        new Ratio(KILLED, BIG, HandOver.TIME, POOL, null),
                        250));
    }
}
