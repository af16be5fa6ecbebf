package io.github.duckpool.internal.pool;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's own platform threads, all daemons and all started on demand: workers for asynchronous reads and writes, as many
 * as there are connections (DuckDB's native calls would pin a virtual thread's carrier), and one for housekeeping. Thread-safe.
 */
public final class PoolThreads {
    private static final Logger LOG = LoggerFactory.getLogger(PoolThreads.class);
    private static final long KEEP_SECONDS = 30;

    private final String name;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor housekeeper;

    /**
     * Makes the executors; no thread is started yet.
     *
     * @param name the pool's name, in the names of the threads
     * @param workers how many workers there may be
     */
    public PoolThreads(String name, int workers) {
        this.name = name;
        this.workers = new ThreadPoolExecutor(
                workers, workers, KEEP_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory("worker"));
        this.workers.allowCoreThreadTimeOut(true);
        this.housekeeper = new ScheduledThreadPoolExecutor(1, factory("housekeeper"));
        this.housekeeper.setRemoveOnCancelPolicy(true);
        this.housekeeper.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.housekeeper.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    private ThreadFactory factory(String role) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + " " + role + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Runs a task on a worker, or on the calling thread when the pool is closed and only ends remain to be tied up.
     *
     * @param task what to run
     */
    public void execute(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    /** Runs a task on a thread of its own, for work that may hang in native code for as long as it likes. */
    void detached(String role, Runnable task) {
        Thread thread = new Thread(task, name + " " + role);
        thread.setDaemon(true);
        thread.start();
    }

    /** Runs a task again and again; a failure is logged and does not end it. */
    void every(long periodNanos, Runnable task) {
        housekeeper.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        LOG.error("{}: housekeeping failed, and is tried again", name, e);
                    }
                },
                periodNanos,
                periodNanos,
                TimeUnit.NANOSECONDS);
    }

    /** Starts no further task; queued ones are finished. */
    void shutdown() {
        housekeeper.shutdownNow();
        workers.shutdown();
    }
}
