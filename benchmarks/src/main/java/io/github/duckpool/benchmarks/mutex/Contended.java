package io.github.duckpool.benchmarks.mutex;

import io.github.duckpool.benchmarks.harness.JmhTurn;
import io.github.duckpool.benchmarks.harness.Together;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Many threads at one lock, counted only while all of them are at it. A thread that is alone, because the others have not begun or
 * have stopped, takes the lock a thousand times in the time of one hand-over; a mean over a short iteration is one of how long that
 * was, and not of the lock. The locks have short slices of the time, which follow one another: whether two threads really run at once
 * changes from one second to the next, and moves the figures by more than the locks differ.
 *
 * @param names whose locks
 * @param lock makes a lock, and gives what each thread does with it
 * @param threads how many threads
 * @param millis for how long each is counted
 */
record Contended(List<String> names, Function<String, Supplier<Client>> lock, int threads, int millis) {
    private static final int SLICES = 5;

    /** Longs from one thread's count to the next one's, so that no two share a line of the cache. */
    private static final int STRIDE = 16;

    /** How often each thread has to have been at it before any is counted. */
    private static final int WARM = 300;

    /** How often all together, in a slice that is not counted, before the others: parks are so slow that nothing is compiled after a slice of them. */
    private static final int FIRST = 20_000;

    /** What one thread does. */
    @FunctionalInterface
    interface Client {
        /**
         * Has the lock.
         *
         * @return how often
         * @throws Exception if it can't be had
         */
        int act() throws Exception;
    }

    /** The median of each. */
    Map<String, Map<String, Double>> measure(Path directory) throws Exception {
        double[][] nanos = new double[names.size()][SLICES];
        for (int i = -1; i < SLICES; i++) {
            for (int j = 0; j < names.size(); j++) {
                int which = (i + 1 + j) % names.size();
                double slice = slice(lock.apply(names.get(which)), i < 0 ? FIRST : 0);
                if (i >= 0) {
                    nanos[which][i] = slice;
                }
            }
        }
        Map<String, Map<String, Double>> medians = new HashMap<>();
        for (int i = 0; i < nanos.length; i++) {
            medians.put(names.get(i), Map.of(JmhTurn.SCORE, Together.median(nanos[i])));
        }
        return medians;
    }

    private double slice(Supplier<Client> made, int first) throws Exception {
        AtomicLongArray counts = new AtomicLongArray(threads * STRIDE);
        AtomicBoolean over = new AtomicBoolean();
        List<FutureTask<Long>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int at = i * STRIDE;
            FutureTask<Long> task = new FutureTask<>(() -> {
                Client client = made.get();
                long count = 0;
                while (!over.get()) {
                    count += client.act();
                    counts.lazySet(at, count);
                }
                return count;
            });
            running.add(task);
            Thread thread = new Thread(task, "holder-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        try {
            while (least(counts) < WARM || sum(counts) < first) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            long before = sum(counts);
            long startNanos = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(Math.max(1, millis / SLICES));
            long holds = sum(counts) - before;
            return (double) (System.nanoTime() - startNanos) * threads / holds;
        } finally {
            over.set(true);
            for (FutureTask<Long> task : running) {
                task.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private long least(AtomicLongArray counts) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < threads; i++) {
            least = Math.min(least, counts.get(i * STRIDE));
        }
        return least;
    }

    private long sum(AtomicLongArray counts) {
        long sum = 0;
        for (int i = 0; i < threads; i++) {
            sum += counts.get(i * STRIDE);
        }
        return sum;
    }
}
