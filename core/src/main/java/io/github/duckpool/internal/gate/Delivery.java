package io.github.duckpool.internal.gate;

import java.util.ArrayDeque;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * Tells futures their outcome, under no lock and without recursion. What hangs on a future runs on the thread that completes it, may
 * give its slot back at once, and so decides the next future; that one is told after this one, by the loop that runs already on
 * this thread, so a line of any length needs a stack of none. After {@value #INLINE_LIMIT} the loop goes on elsewhere, or
 * whoever returned a slot might never get out of its {@code close()}.
 */
final class Delivery {
    static final int INLINE_LIMIT = 256;
    private static final ThreadLocal<@Nullable ArrayDeque<Runnable>> RUNNING = new ThreadLocal<>();

    private Delivery() {}

    /** Runs the task now, or right after the task that this thread is running by this method. */
    static void run(Runnable task) {
        ArrayDeque<Runnable> running = RUNNING.get();
        if (running != null) {
            running.add(task);
            return;
        }
        drain(task, new ArrayDeque<>());
    }

    private static void drain(Runnable first, ArrayDeque<Runnable> tasks) {
        RUNNING.set(tasks);
        try {
            int inline = 0;
            for (Runnable task = first; task != null; task = tasks.poll()) {
                if (inline++ == INLINE_LIMIT) {
                    Runnable next = task;
                    ForkJoinPool.commonPool().execute(() -> drain(next, tasks));
                    return;
                }
                task.run();
            }
        } finally {
            RUNNING.remove();
        }
    }
}
