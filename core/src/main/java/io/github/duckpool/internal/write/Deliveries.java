package io.github.duckpool.internal.write;

import io.github.duckpool.internal.wait.Uncaught;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Completes futures in the order they were added, one after another on one thread, for what users hang on them runs there.
 * A continuation may wait for a future that is completed later in the same queue, so a thread that one holds up for
 * {@value #PATIENCE_MILLIS} ms loses its role to another and ends when it is free again.
 *
 * <p>Invariant: while the queue isn't empty, some thread has the role and is on its way through the queue, or the timer is set to
 * give the role to another. Thread-safe.
 */
final class Deliveries {
    private static final int PATIENCE_MILLIS = 20;
    private static final long KEEP_SECONDS = 30;

    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Courier> role = new AtomicReference<>();
    private final AtomicBoolean watching = new AtomicBoolean();
    private final ThreadPoolExecutor threads;
    private final ScheduledExecutorService timer;

    /** What the timer saw last, for it alone. */
    private @Nullable Courier seenCourier;

    private long seenDelivered;

    Deliveries(ThreadFactory factory, ScheduledExecutorService timer) {
        this.timer = timer;
        // As many as continuations hold up, and one: usually one.
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, KEEP_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }

    void add(Runnable completion) {
        queue.add(completion);
        wake();
    }

    void addAll(Iterable<? extends Runnable> completions) {
        try {
            for (Runnable completion : completions) {
                queue.add(completion);
            }
        } finally {
            wake(); // also if there was memory for some of them only
        }
    }

    private void wake() {
        if (role.get() == null) {
            hire(null);
        }
    }

    private void hire(@Nullable Courier instead) {
        Courier courier = new Courier();
        if (role.compareAndSet(instead, courier)) {
            try {
                threads.execute(courier);
            } catch (OutOfMemoryError e) { // no thread could be started
                courier.run();
            } finally { // whatever else it was: the timer gives the role to another
                watch();
            }
        }
    }

    /** Threads that are free now end soon; one that a continuation holds up ends after it. */
    void shutdown() {
        threads.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    }

    /** Sets the timer, unless it is set. */
    private void watch() {
        if (watching.compareAndSet(false, true)) {
            boolean set = false;
            try {
                timer.schedule(this::look, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                set = true;
            } finally {
                if (!set) {
                    watching.set(false); // no memory: whoever hires next tries again
                }
            }
        }
    }

    /** On the timer's thread. */
    private void look() {
        Courier courier = role.get();
        watching.set(false);
        if (courier == null) {
            return; // the next one hired sets the timer
        }
        long delivered = courier.delivered;
        if (courier == seenCourier && delivered == seenDelivered && !queue.isEmpty()) {
            hire(courier);
        }
        seenCourier = courier;
        seenDelivered = delivered;
        watch();
    }

    /** One thread's way through the queue. */
    private final class Courier implements Runnable {
        private volatile long delivered;

        @Override
        public void run() {
            long count = delivered;
            do {
                for (Runnable next = poll(); next != null; next = poll()) {
                    deliver(next);
                    delivered = ++count;
                }
                if (!role.compareAndSet(this, null)) {
                    return; // held up for so long that another goes on
                }
                // Whoever added before the role was free left it to this thread.
            } while (!queue.isEmpty() && takeBack());
        }

        private boolean takeBack() {
            if (!role.compareAndSet(null, this)) {
                return false;
            }
            watch();
            return true;
        }

        private @Nullable Runnable poll() {
            return role.get() == this ? queue.poll() : null;
        }

        private void deliver(Runnable completion) {
            try {
                boolean interrupted = Thread.interrupted();
                try {
                    completion.run();
                } finally {
                    Thread.interrupted(); // what a continuation leaves behind is no interrupt of the next
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
            } catch (Throwable e) {
                Uncaught.report(e);
            }
        }
    }
}
