package io.github.duckpool.internal.pool;

import java.util.concurrent.Executor;
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
            return daemon(task, role + "-" + count.incrementAndGet());
        };
    }

    /** A thread that inherits no thread-locals of the borrower that happens to need it first. */
    private Thread daemon(Runnable task, String role) {
        Thread thread = new Thread(null, task, name + " " + role, 0, false);
        thread.setDaemon(true);
        return thread;
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
        } catch (OutOfMemoryError e) { // no thread could be started; the task holds a connection that must not get lost
            LOG.warn("{}: no thread for a worker, whose task runs on its caller's", name, e);
            task.run();
        }
    }

    /**
     * Has somebody's executor run a task, or a thread of its own where that refuses: a borrower may bring one that is shut down.
     * Where there is no thread either, the caller's own runs it, since what must be closed must be closed.
     */
    static void executeForSure(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RuntimeException | Error refusal) {
            LOG.debug("{} refused a task, which gets a thread of its own", executor, refusal);
            Thread thread = new Thread(null, task, "duckpool closer", 0, false);
            thread.setDaemon(true);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                LOG.warn("no thread for the closer, which runs on its caller's", e);
                task.run();
            }
        }
    }

    /**
     * Runs a task on a thread of its own, for work that may hang in native code for as long as it likes; on the calling thread
     * where the machine has no more threads, since what must be closed must be closed.
     */
    void detached(String role, Runnable task) {
        try {
            daemon(task, role).start();
        } catch (OutOfMemoryError e) {
            LOG.warn("{}: no thread for the {}, which runs on its caller's", name, role, e);
            task.run();
        }
    }

    /** Runs a task once on the housekeeper, unless the pool is closed before. */
    void later(long delayNanos, Runnable task) {
        try {
            housekeeper.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: closed before a task was due", name, e);
        }
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
