package io.github.duckpool.internal.write;

import io.github.duckpool.internal.wait.Daemons;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of the write path, all daemons, all started on demand and ended when idle: one writer, which alone does what the
 * line lets in from futures and groups; one timer; those that complete futures; and a short-lived one for each call that is
 * being cancelled, since a cancel can hang in native code.
 *
 * <p>The writer is no worker of the pool on purpose. Workers may all be busy with reads that wait for the line, and then the
 * one who has the line must not need one of them. Thread-safe.
 */
final class WorkThreads {
    private static final long KEEP_SECONDS = 30;

    private final String name;
    private final ThreadPoolExecutor writer;
    private final ScheduledThreadPoolExecutor timer;
    private final Deliveries deliveries;

    WorkThreads(String name) {
        this.name = name;
        this.writer = new ThreadPoolExecutor(
                1, 1, KEEP_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory("writer"));
        this.writer.allowCoreThreadTimeOut(true);
        this.timer = new ScheduledThreadPoolExecutor(1, factory("timer"));
        this.timer.setRemoveOnCancelPolicy(true);
        this.timer.setKeepAliveTime(KEEP_SECONDS, TimeUnit.SECONDS);
        this.timer.allowCoreThreadTimeOut(true);
        this.deliveries = new Deliveries(factory("delivery"), timer);
    }

    private ThreadFactory factory(String role) {
        AtomicInteger count = new AtomicInteger();
        return task -> daemon(role + "-" + count.incrementAndGet(), task);
    }

    private Thread daemon(String role, Runnable task) {
        return Daemons.of(task, name + " " + role);
    }

    /**
     * Runs what has the line on the writer, or on a thread of its own when the pool was closed in the moment in which it got the line. Here
     * only if no thread can be started: whoever passed the line on has nothing to do with it.
     */
    void write(Runnable task) {
        try {
            writer.execute(task);
        } catch (RejectedExecutionException closed) {
            try {
                detached("last writer", task);
            } catch (OutOfMemoryError e) {
                task.run();
            }
        } catch (OutOfMemoryError e) {
            task.run();
        }
    }

    /** Completes a future, and runs what hangs on it, on a thread that nothing else depends on. */
    void deliver(Runnable completion) {
        deliveries.add(completion);
    }

    /** Completes futures in this order. */
    void deliver(Iterable<? extends Runnable> completions) {
        deliveries.addAll(completions);
    }

    /** Runs a short task later. */
    Future<?> later(long nanos, Runnable task) {
        return timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** Runs a task that may hang on a thread of its own. */
    void detached(String role, Runnable task) {
        daemon(role, task).start();
    }

    /** What has begun is ended, and what is done is still delivered; then the threads end. */
    void shutdown() {
        writer.shutdown();
        deliveries.shutdown();
        timer.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    }
}
