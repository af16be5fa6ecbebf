package io.github.duckpool.benchmarks.harness;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/**
 * Threads that do one thing over and over, counted from when all of them are at it, or after a second if some still are not, until they are told to stop. A thread that is alone, because the others have
 * not begun or have stopped, does it many times as often as one among many; a mean over the whole of a short time says how long that was.
 */
public final class Busy {
    /** Longs from one thread's count to the next one's, and to the array's length, so that no two share a line of the cache. */
    private static final int STRIDE = 16;

    /** How often each of several threads has to have been at it before any is counted, */
    private static final int LEAST = 20;

    /** unless that takes longer than this: then who waits so long is part of the figure. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Busy() {}

    /** What one thread does. */
    @FunctionalInterface
    public interface Client {
        /**
         * Does it.
         *
         * @return how often
         * @throws Exception if it can't be done
         */
        int act() throws Exception;
    }

    /**
     * What was counted.
     *
     * @param nanos per operation and thread
     * @param bytes allocated per operation, by the threads that did it
     * @param switches how often a thread of the process waited until it was woken, per operation; Linux, not a number elsewhere
     */
    public record Count(double nanos, double bytes, double switches) {}

    /**
     * Starts threads, counts what they do for a while, and stops them.
     *
     * @param clients gives each thread what it does; called by that thread
     * @param threads how many
     * @param millis for how long they are counted
     * @return what they did
     * @throws Exception what a thread threw
     */
    public static Count count(Supplier<? extends Client> clients, int threads, int millis) throws Exception {
        AtomicLongArray counts = new AtomicLongArray((threads + 1) * STRIDE);
        AtomicBoolean over = new AtomicBoolean();
        List<FutureTask<Long>> tasks = new ArrayList<>();
        long[] ids = new long[threads];
        for (int i = 0; i < threads; i++) {
            int at = (i + 1) * STRIDE;
            FutureTask<Long> task = new FutureTask<>(() -> work(clients.get(), counts, at, over));
            tasks.add(task);
            Thread thread = new Thread(task, "busy-" + i);
            thread.setDaemon(true);
            ids[i] = thread.getId();
            thread.start();
        }
        try {
            long least = threads == 1 ? 1 : LEAST;
            long begun = System.nanoTime();
            while (least(counts) < least && System.nanoTime() - begun < MOST_NANOS) {
                if (tasks.stream().anyMatch(FutureTask::isDone)) {
                    break; // it failed, and says so below
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
            ContextSwitches switches = ContextSwitches.now();
            long scanned = sum(counts);
            long bytes = allocated(ids);
            long before = sum(counts);
            long startNanos = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(millis);
            double nanos = System.nanoTime() - startNanos;
            double done = sum(counts) - before;
            bytes = allocated(ids) - bytes;
            double doneMeanwhile = sum(counts) - scanned; // to look at each thread takes its time
            switches = ContextSwitches.now().since(switches);
            return new Count(nanos * threads / done, bytes / done, switches.voluntary() / doneMeanwhile);
        } finally {
            over.set(true);
            for (FutureTask<Long> task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static long work(Client client, AtomicLongArray counts, int at, AtomicBoolean over) throws Exception {
        long count = 0;
        while (!over.get()) {
            count += client.act();
            counts.lazySet(at, count);
        }
        return count;
    }

    private static long allocated(long[] threads) {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(threads)).sum();
    }

    private static long least(AtomicLongArray counts) {
        long least = Long.MAX_VALUE;
        for (int at = STRIDE; at < counts.length(); at += STRIDE) {
            least = Math.min(least, counts.get(at));
        }
        return least;
    }

    private static long sum(AtomicLongArray counts) {
        long sum = 0;
        for (int at = STRIDE; at < counts.length(); at += STRIDE) {
            sum += counts.get(at);
        }
        return sum;
    }
}
