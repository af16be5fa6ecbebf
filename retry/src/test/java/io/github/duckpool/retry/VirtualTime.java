package io.github.duckpool.retry;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/** Time that passes only when a test lets it, and chance that repeats. For one thread. */
final class VirtualTime implements RetryTime {
    private record Task(long atNanos, long number, Runnable run) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** A clock may start anywhere: here, where it overflows soon. */
    private static final long START_NANOS = Long.MAX_VALUE - 1_000_000;

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Random random;
    private long passedNanos;
    private long taskNumber;

    /** Every wait, in order. */
    final List<Long> waits = new ArrayList<>();

    /** What happens during a blocking wait. */
    Runnable whileAsleep = () -> {};

    VirtualTime(long seed) {
        this.random = new Random(seed);
    }

    @Override
    public long nanoTime() {
        return START_NANOS + passedNanos;
    }

    long passedNanos() {
        return passedNanos;
    }

    void pass(long nanos) {
        passedNanos += nanos;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        waits.add(nanos);
        whileAsleep.run();
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted in virtual time");
        }
        passedNanos += nanos;
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
        waits.add(delayNanos);
        at(delayNanos, task);
    }

    /** Runs a task later, which is no wait. */
    void at(long delayNanos, Runnable task) {
        tasks.add(new Task(passedNanos + delayNanos, taskNumber++, task));
    }

    /** Lets time pass until nothing is left to do. */
    void runAll() {
        for (Task next = tasks.poll(); next != null; next = tasks.poll()) {
            passedNanos = Math.max(passedNanos, next.atNanos());
            next.run().run();
        }
    }

    @Override
    public double random() {
        return random.nextDouble();
    }
}
