package io.github.duckpool.internal.wait;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Tells futures their outcome, under no lock and without recursion. What hangs on a future runs on the thread that completes it, may
 * give its slot back at once, and so decides the next future; that one is told after this one, by the loop that runs already on
 * this thread, so a line of any length needs a stack of none. After {@value #INLINE_LIMIT}, and {@value #INLINE_MORE_NANOS} ns more, the loop
 * goes on elsewhere, or whoever returned a slot might never get out of its {@code close()}. The time is there because what one thread
 * has put in line costs another several times as much to serve: all of it is in the first one's cache.
 */
public final class Delivery {
    /** How many futures one thread tells in a row, unless it is a thread of the executor. */
    public static final int INLINE_LIMIT = 256;

    /** How long it goes on beyond those, looking at the clock after as many each time: what is short is faster told than passed on. */
    private static final long INLINE_MORE_NANOS = 2_000_000;

    /** How many a thread of the executor tells in a row, before it lets the executor's other tasks in. */
    private static final int EXECUTOR_LIMIT = 8_192;

    private static final int RUNNING = 0;
    private static final int NEXT = 1;
    private static final int LATER = 2;

    /**
     * The loop of each thread: a mark while it runs, the task after the present one, and an ArrayDeque of those after that. It is an
     * array of the JDK's types, and empty at rest, so a thread that outlives this class loader keeps nothing of it.
     */
    private static final ThreadLocal<@Nullable Object[]> LOOPS = ThreadLocal.withInitial(Delivery::newLoop);

    private Delivery() {}

    /** Runs the task now, or right after the task that this thread is running by this method; by the executor when this thread has told enough. */
    public static void run(Runnable task, Executor overflow) {
        @Nullable Object[] loop = LOOPS.get();
        if (loop[RUNNING] == null) {
            drain(loop, task, INLINE_LIMIT, overflow);
        } else if (loop[NEXT] == null) {
            loop[NEXT] = task;
        } else {
            later(loop).add(task);
        }
    }

    /**
     * Hands what this thread has still to tell to the executor. To be called by a task that is about to wait: it may be waiting
     * for just that.
     */
    public static void leaveRest(Executor overflow) {
        @Nullable Object[] loop = LOOPS.get();
        Runnable next = poll(loop);
        if (next != null && !continueElsewhere(loop, next, overflow)) {
            drain(newLoop(), next, Integer.MAX_VALUE, overflow);
            leaveRest(overflow);
        }
    }

    private static void drain(@Nullable Object[] loop, Runnable first, int limit, Executor overflow) {
        loop[RUNNING] = true;
        try {
            int left = limit;
            long untilNanos = 0;
            for (Runnable task = first; task != null; task = poll(loop)) {
                if (left-- == 0) {
                    long now = System.nanoTime();
                    if (untilNanos == 0) {
                        untilNanos = now + INLINE_MORE_NANOS;
                    } else if (now - untilNanos >= 0 && continueElsewhere(loop, task, overflow)) {
                        return;
                    }
                    left = limit - 1;
                }
                task.run();
            }
        } finally {
            loop[RUNNING] = null;
            if (loop[NEXT] != null) { // an error that a task did not keep to itself
                leaveRest(overflow);
            }
        }
    }

    /** False if the executor takes nothing; then all is as before. */
    private static boolean continueElsewhere(@Nullable Object[] loop, Runnable first, Executor overflow) {
        Object next = loop[NEXT];
        Object later = loop[LATER];
        loop[NEXT] = null;
        loop[LATER] = null;
        try {
            overflow.execute(() -> {
                // A loop of its own: the executor's thread may be inside a task of another one, and wait there.
                @Nullable Object[] outer = LOOPS.get();
                @Nullable Object[] inner = newLoop();
                inner[NEXT] = next;
                inner[LATER] = later;
                LOOPS.set(inner);
                try {
                    drain(inner, first, EXECUTOR_LIMIT, overflow);
                } finally {
                    LOOPS.set(outer);
                }
            });
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) { // for a thread, for one
            loop[NEXT] = next;
            loop[LATER] = later;
            return false;
        }
    }

    private static @Nullable Runnable poll(@Nullable Object[] loop) {
        Runnable next = (Runnable) loop[NEXT];
        if (next != null) {
            loop[NEXT] = loop[LATER] == null ? null : later(loop).poll();
        }
        return next;
    }

    @SuppressWarnings("unchecked")
    private static ArrayDeque<Runnable> later(@Nullable Object[] loop) {
        ArrayDeque<Runnable> later = (ArrayDeque<Runnable>) loop[LATER];
        if (later == null) {
            later = new ArrayDeque<>();
            loop[LATER] = later;
        }
        return later;
    }

    private static @Nullable Object[] newLoop() {
        return new @Nullable Object[3];
    }
}
