package io.github.duckpool.benchmarks.mutex;

import io.github.duckpool.benchmarks.harness.JmhTurn;
import io.github.duckpool.benchmarks.harness.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Many threads that take one lock and return it, counted only while all of them are at it. A thread that is alone, because the others
 * have not begun or have stopped, takes the lock a thousand times in the time of one hand-over; a mean over a short iteration is one of how long that
 * was, and not of the lock.
 *
 * @param lock whose lock
 * @param threads how many threads
 * @param millis for how long they are counted
 */
record ContendedTurn(String lock, int threads, int millis) implements Turn {
    /** Longs from one thread's count to the next one's, so that no two share a line of the cache. */
    private static final int STRIDE = 16;

    /** How often each thread has to have had the lock before any is counted. */
    private static final int WARM = 300;

    @Override
    public Map<String, Double> run(Path directory) throws Exception {
        BlockingLock held = BlockingLock.waiting(lock);
        AtomicLongArray counts = new AtomicLongArray(threads * STRIDE);
        AtomicBoolean over = new AtomicBoolean();
        List<FutureTask<Long>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int at = i * STRIDE;
            FutureTask<Long> task = new FutureTask<>(() -> {
                long count = 0;
                while (!over.get()) {
                    held.hold();
                    counts.lazySet(at, ++count);
                }
                return count;
            });
            running.add(task);
            Thread thread = new Thread(task, "holder-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        try {
            while (least(counts) < WARM) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            long before = sum(counts);
            long startNanos = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(millis);
            long holds = sum(counts) - before;
            double perThread = (double) (System.nanoTime() - startNanos) * threads / holds;
            return Map.of(JmhTurn.SCORE, perThread);
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
