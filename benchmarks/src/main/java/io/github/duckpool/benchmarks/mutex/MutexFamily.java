package io.github.duckpool.benchmarks.mutex;

import io.github.duckpool.benchmarks.harness.Apart;
import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.JmhTurn;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Ratio;
import io.github.duckpool.benchmarks.harness.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a fair mutex costs threads and futures, and how fast it serves those who wait. */
public final class MutexFamily implements Family {
    static final String BLOCKING = "lock and unlock";
    static final String TRYING = "try and unlock";
    static final String CALLBACKS = "callbacks, " + CallbackBenchmark.IN_FLIGHT + " in flight for each thread";
    static final String DRAIN = "draining those who wait";
    static final String FEW = "10,000";
    static final String MANY = "100,000";

    private static final List<Integer> SEVERAL = List.of(2, 8, 32);

    private static final String TIME = JmhTurn.SCORE;
    private static final String ALLOCATED = JmhTurn.ALLOCATED;

    private static final List<String> ASYNC =
            List.of(Names.ASYNC_MUTEX, Names.FAIR_ASYNC_LOCK, Names.KOTLIN, Names.QUEUE);

    @Override
    public String name() {
        return "mutex";
    }

    @Override
    public String question() {
        return "What does a fair mutex cost threads and callbacks, each per thread, and how long does it take to serve each of a long line?"
                + " One thread is measured in JMH forks; several in a JVM for each lock, all of them warm, in slices that follow one another, counted while all threads are at it.";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(Metric.cost(TIME, "ns"), Metric.cost(ALLOCATED, "B"), Metric.cost(Apart.SWITCHES, ""));
    }

    @Override
    public String reference() {
        return Names.ASYNC_MUTEX;
    }

    /** The control is no rival beside the semaphore that it repeats. */
    @Override
    public List<String> own() {
        return List.of(Names.ASYNC_MUTEX, Names.ASYNC_SEMAPHORE, Names.ASYNC_MUTEX_CALL, Names.SEMAPHORE_AGAIN);
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(10);
            case REPORT -> Duration.ofSeconds(100);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(10));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        List<String> uncontended = List.of(
                Names.ASYNC_MUTEX,
                Names.ASYNC_SEMAPHORE,
                Names.SEMAPHORE,
                Names.REENTRANT_LOCK,
                Names.FAIR_ASYNC_LOCK,
                Names.KOTLIN);
        List<String> all = new ArrayList<>(uncontended);
        all.addAll(List.of(Names.ASYNC_MUTEX_CALL, Names.SEMAPHORE_PERMIT, Names.QUEUE));
        List<String> anchors = List.of(Names.ASYNC_MUTEX, Names.SEMAPHORE);
        List<String> async = new ArrayList<>(ASYNC);
        async.add(1, Names.ASYNC_SEMAPHORE);
        List<String> threads = List.of(Names.ASYNC_MUTEX, Names.ASYNC_SEMAPHORE, Names.SEMAPHORE, Names.REENTRANT_LOCK);
        List<String> controlled = new ArrayList<>(threads);
        controlled.add(Names.SEMAPHORE_PERMIT);
        List<String> drained = List.of(Names.ASYNC_MUTEX, Names.FAIR_ASYNC_LOCK, Names.FUTURES);
        List<String> allDrained = new ArrayList<>(async);
        allDrained.add(Names.FUTURES);
        return switch (effort) {
            case QUICK -> alone(anchors, List.of(), ASYNC.subList(0, 2), List.of(), 80);
            case REPORT -> {
                List<Case> cases = alone(controlled, threads, ASYNC, drained, 60);
                cases.addAll(several(again(controlled), ASYNC, new Apart.Times(1_200, 5, 100)));
                yield cases;
            }
            case FULL, TRIAL -> {
                List<Case> cases = alone(all, uncontended, async, allDrained, effort.part(300));
                cases.addAll(several(
                        again(all), async, new Apart.Times(effort.part(6_000), effort.part(11), effort.part(300))));
                yield cases;
            }
        };
    }

    private static List<String> again(List<String> names) {
        List<String> twice = new ArrayList<>(names);
        twice.add(Names.SEMAPHORE_AGAIN);
        return twice;
    }

    private static List<Case> alone(
            List<String> blocking, List<String> trying, List<String> callbacks, List<String> drained, int millis) {
        List<Case> cases = new ArrayList<>();
        // A few nanoseconds are told apart only when all is compiled.
        cases.add(of(BLOCKING, Case.threads(1), blocking, BlockingBenchmark.class, "lock", 3 * millis));
        if (!trying.isEmpty()) {
            cases.add(of(TRYING, Case.threads(1), trying, BlockingBenchmark.class, "tryLock", millis));
        }
        cases.add(of(CALLBACKS, Case.threads(1), callbacks, CallbackBenchmark.class, "callbacks", 2 * millis));
        if (!drained.isEmpty()) {
            // One call serves the whole line, so it takes longer until all is compiled.
            cases.add(of(DRAIN, FEW, drained, DrainBenchmark.class, "few", 4 * millis));
            cases.add(of(DRAIN, MANY, drained, DrainBenchmark.class, "many", 4 * millis));
        }
        return cases;
    }

    /** A thread that is alone, because the others have not begun or have stopped, takes the lock a thousand times in the time of one hand-over. */
    private static List<Case> several(List<String> blocking, List<String> callbacks, Apart.Times times) {
        List<Apart.Setting> holders = new ArrayList<>();
        List<Apart.Setting> callers = new ArrayList<>();
        for (int threads : SEVERAL) {
            String at = Case.threads(threads);
            holders.add(new Apart.Setting(BLOCKING, at, Contended.HOLDERS, threads, blocking));
            String setting = threads > 2 ? Contended.MANY_CALLERS : Contended.CALLERS;
            callers.add(new Apart.Setting(CALLBACKS, at, setting, threads, callbacks));
        }
        List<Case> cases = new ArrayList<>(new Apart(Contended.class, holders, times).cases());
        cases.addAll(new Apart(Contended.class, callers, times).cases());
        return cases;
    }

    private static Case of(String group, String at, List<String> names, Class<?> benchmark, String method, int millis) {
        return Case.of(group, at, names, name -> new JmhTurn(benchmark, method, 1, Map.of("lock", name), millis));
    }

    @Override
    public List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        targets.add(atMost("time of an uncontended lock over Semaphore's", BLOCKING, 1, Names.SEMAPHORE, 1.2));
        targets.add(atMost("time of a try over Semaphore's", TRYING, 1, Names.SEMAPHORE, 1.2));
        targets.add(bytes("bytes of an uncontended lock", BLOCKING));
        targets.add(bytes("bytes of a try", TRYING));
        for (int threads : SEVERAL) {
            targets.add(atMost("time of a lock over Semaphore's", BLOCKING, threads, Names.SEMAPHORE, 1));
        }
        for (int threads : List.of(1, 2, 8, 32)) {
            for (String peer : ASYNC.subList(1, ASYNC.size())) {
                double bound = !peer.equals(Names.FAIR_ASYNC_LOCK) ? 1 : threads == 1 ? 1.3 : 1.2;
                targets.add(Target.atLeast(
                        "time of a callback, " + peer + " over AsyncMutex, " + Case.threads(threads),
                        new Ratio(CALLBACKS, Case.threads(threads), TIME, peer, Names.ASYNC_MUTEX),
                        bound));
            }
        }
        for (String waiters : List.of(FEW, MANY)) {
            targets.add(Target.atMost(
                    "nanoseconds for each of " + waiters + " that wait",
                    new Ratio(DRAIN, waiters, TIME, Names.ASYNC_MUTEX, null),
                    50));
        }
        return targets;
    }

    private static Target atMost(String claim, String group, int threads, String over, double bound) {
        return Target.atMost(
                claim + ", " + Case.threads(threads),
                new Ratio(group, Case.threads(threads), TIME, Names.ASYNC_MUTEX, over),
                bound);
    }

    /** The permit; JMH itself shows a fraction of a byte. */
    private static Target bytes(String claim, String group) {
        return Target.atMost(claim, new Ratio(group, Case.threads(1), ALLOCATED, Names.ASYNC_MUTEX, null), 32.5);
    }
}
