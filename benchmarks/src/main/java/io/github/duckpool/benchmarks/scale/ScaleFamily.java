package io.github.duckpool.benchmarks.scale;

import io.github.duckpool.benchmarks.borrow.Pools;
import io.github.duckpool.benchmarks.harness.Case;
import io.github.duckpool.benchmarks.harness.Effort;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.harness.Metric;
import io.github.duckpool.benchmarks.harness.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What grows as there are more of something. */
public final class ScaleFamily implements Family {
    private static final String BORROWS = "borrow, yield, return; size 5";
    private static final String QUEUE = "turns on a FileMutex without work";
    private static final String CONNECTIONS = "100 connections more, each after a query";
    private static final String WAITERS = "500 threads more that wait for a connection";
    private static final String FIRST = "fresh process, new file";
    private static final String MEMORY = "memory";

    private static final List<String> PAIR = List.of(Pools.DUCKPOOL, Pools.HIKARI);
    private static final List<String> ON_VIRTUAL_THREADS =
            List.of(Pools.DUCKPOOL + ManyThreads.VIRTUAL, Pools.HIKARI + ManyThreads.VIRTUAL);

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public String question() {
        return "What does a borrow cost as the threads become more (on JDK 21 and later virtual ones too), a turn as the processes become more, "
                + "and what do a connection and a waiting thread weigh? How long does a fresh process take to its first answer?";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.cost(ManyThreads.TIME, "µs"),
                Metric.cost(ManyThreads.CPU, "µs"),
                Metric.cost(QueueTurns.TIME, "µs"),
                Metric.cost(QueueTurns.CPU, "µs"),
                Metric.gain(QueueTurns.JAIN, ""),
                Metric.cost(Footprint.HEAP, "kB"),
                Metric.cost(Footprint.RESIDENT, "kB"),
                Metric.cost(FirstConnection.TIME, "ms"));
    }

    @Override
    public String reference() {
        return Pools.DUCKPOOL;
    }

    @Override
    public List<String> own() {
        return List.of(Pools.DUCKPOOL, Pools.DUCKPOOL + ManyThreads.VIRTUAL);
    }

    @Override
    public Duration budget(Effort effort) {
        return switch (effort) {
            case QUICK -> Duration.ofSeconds(6);
            case REPORT -> Duration.ofSeconds(60);
            case FULL, TRIAL -> effort.budget(Duration.ofMinutes(5));
        };
    }

    @Override
    public List<Case> cases(Effort effort) {
        if (effort == Effort.QUICK) {
            return List.of(borrows(100, 4_000, PAIR), first(List.of(Pools.DUCKPOOL, Pools.HIKARI)));
        }
        boolean full = effort.isComplete();
        List<String> contenders = new ArrayList<>(PAIR);
        ManyThreads.virtualThreads().ifPresent(executor -> {
            executor.shutdown();
            contenders.addAll(ON_VIRTUAL_THREADS);
        });
        List<Case> cases = new ArrayList<>();
        for (int threads : new int[] {1, 10, 100, 1_000}) {
            cases.add(borrows(threads, full ? effort.part(50_000) : 10_000, contenders));
        }
        for (int processes : new int[] {1, 4, 16}) {
            cases.add(queue(processes, full ? 3 : 1.5));
        }
        cases.add(Case.of(MEMORY, CONNECTIONS, PAIR, pool -> directory -> Footprint.connections(pool, directory)));
        cases.add(Case.of(MEMORY, WAITERS, PAIR, pool -> directory -> Footprint.waiters(pool, directory)));
        cases.add(first(List.of(Pools.DUCKPOOL, Pools.HIKARI, FirstConnection.DRIVER)));
        return cases;
    }

    private static Case borrows(int threads, int count, List<String> contenders) {
        return Case.of(
                BORROWS,
                Case.threads(threads),
                contenders,
                contender -> directory -> new ManyThreads(threads, count).run(contender, directory));
    }

    private static Case queue(int processes, double seconds) {
        return Case.of(
                QUEUE,
                processes == 1 ? "1 process" : processes + " processes",
                List.of(Pools.DUCKPOOL),
                contender -> directory -> QueueTurns.run(directory, processes, seconds));
    }

    private static Case first(List<String> contenders) {
        return Case.of(FIRST, "JVM just started", contenders, contender -> directory -> {
            try (Peer peer = Peer.start(
                    FirstConnection.class,
                    contender,
                    directory.resolve("f.duckdb").toString())) {
                return Map.of(FirstConnection.TIME, Long.parseLong(peer.answer()) / 1e6);
            }
        });
    }
}
