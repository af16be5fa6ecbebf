package io.github.duckpool.internal.wait;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Tells futures their outcome, under no lock and without recursion. What hangs on a future runs on the thread that completes it, may
 * give its slot back at once, and so decides the next future; that one is told after this one, by the loop that runs already on
 * this thread, so a line of any length needs a stack of none. After {@value #INLINE_LIMIT} the loop goes on elsewhere, or
 * whoever returned a slot might never get out of its {@code close()}.
 */
public final class Delivery {
    /** How many futures one thread tells in a row. */
    public static final int INLINE_LIMIT = 256;

    private static final ThreadLocal<@Nullable ArrayDeque<Runnable>> RUNNING = new ThreadLocal<>();

    private Delivery() {}

    /** Runs the task now, or right after the task that this thread is running by this method; by the executor when this thread has told enough. */
    public static void run(Runnable task, Executor overflow) {
        ArrayDeque<Runnable> running = RUNNING.get();
        if (running != null) {
            running.add(task);
            return;
        }
        drain(task, new ArrayDeque<>(), overflow);
    }

    private static void drain(Runnable first, ArrayDeque<Runnable> tasks, Executor overflow) {
        RUNNING.set(tasks);
        try {
            int inline = 0;
            for (Runnable task = first; task != null; task = tasks.poll()) {
                if (inline++ == INLINE_LIMIT) {
                    Runnable next = task;
                    overflow.execute(() -> drain(next, tasks, overflow));
                    return;
                }
                task.run();
            }
        } finally {
            RUNNING.remove();
        }
    }
}
