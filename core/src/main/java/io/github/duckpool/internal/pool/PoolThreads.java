package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.wait.Daemons;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's own platform threads, all daemons and all started on demand: workers for asynchronous reads and writes, as many
 * as there are connections (DuckDB's native calls would pin a virtual thread's carrier), one for housekeeping, and one for timers.
 * Thread-safe.
 */
public final class PoolThreads {
    private static final Logger LOG = LoggerFactory.getLogger(PoolThreads.class);
    private static final long KEEP_SECONDS = 30;

    /** Runs on the caller's thread. */
    static final Executor HERE = Runnable::run;

    private final String name;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;
    private volatile @Nullable Thread housekeeper;

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
        this.timer = new ScheduledThreadPoolExecutor(1, factory("timer"));
        this.timer.setRemoveOnCancelPolicy(true);
        this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private ThreadFactory factory(String role) {
        AtomicInteger count = new AtomicInteger();
        return task -> daemon(task, role + "-" + count.incrementAndGet());
    }

    private Thread daemon(Runnable task, String role) {
        return Daemons.of(task, name + " " + role);
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
        } catch (OutOfMemoryError e) { // the task holds a connection that must not get lost
            runHere(task, "worker", e);
        }
    }

    /**
     * Has somebody's executor run a task, or a thread of its own where that refuses: a borrower may bring one that is shut down.
     * Where there is no thread either, the caller's own runs it, since what must be closed must be closed.
     */
    static void executeForSure(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RuntimeException | Error refusal) { // whatever the reason, the task gets a thread of its own
            try {
                Daemons.of(task, "duckpool closer").start();
            } catch (OutOfMemoryError e) {
                runHere(task, "closer", e);
            }
        }
    }

    /** Runs on the calling thread what found no thread, or no memory for one; there may be none for the log either. */
    private static void runHere(Runnable task, String role, OutOfMemoryError why) {
        try {
            LOG.warn("no thread for a {}, whose task runs on its caller's", role, why);
        } catch (RuntimeException | Error e) {
            task.run();
            return;
        }
        task.run();
    }

    /**
     * Runs a task on a thread of its own, for work that may hang in native code for as long as it likes; on the calling thread
     * where the machine has no more threads, since what must be closed must be closed.
     */
    void detached(String role, Runnable task) {
        try {
            daemon(task, role).start();
        } catch (OutOfMemoryError e) {
            runHere(task, role, e);
        }
    }

    /** Runs a task once on the timer's thread, unless the pool is closed before. */
    void later(long delayNanos, Runnable task) {
        try {
            timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: closed before a task was due", name, e);
        }
    }

    /**
     * Runs a task again and again until the shutdown; a failure is logged and does not end it. On a thread of its own, which takes no
     * memory to wait: a timer that found none for its next round would stand still from then on, with nobody to start it again.
     */
    void every(long periodNanos, Runnable task) {
        Runnable rounds = () -> {
            while (!workers.isShutdown()) {
                LockSupport.parkNanos(this, periodNanos);
                runReported(task);
            }
        };
        Thread thread = daemon(rounds, "housekeeper");
        thread.start();
        housekeeper = thread;
    }

    private void runReported(Runnable task) {
        try {
            if (!workers.isShutdown()) {
                task.run();
            }
        } catch (RuntimeException | Error e) {
            reportFailure(e);
        } finally {
            Thread.interrupted(); // else it would not park again
        }
    }

    private void reportFailure(Throwable e) {
        try {
            LOG.error("{}: housekeeping failed, and is tried again", name, e);
        } catch (RuntimeException | Error e2) {
            return; // without memory there may be no log either
        }
    }

    /** Starts no further task; queued ones are finished. */
    void shutdown() {
        timer.shutdownNow();
        workers.shutdown();
        LockSupport.unpark(housekeeper);
    }
}
