package io.github.duckpool.internal.wait;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells futures their outcome, under no lock and without recursion. What hangs on a future runs on the thread that completes it, may
 * give its slot back at once, and so decides the next future; that one is told after this one, by the loop that runs already on
 * this thread, so a line of any length needs a stack of none. After {@value #INLINE_LIMIT}, and {@value #INLINE_MORE_NANOS} ns more, the loop
 * goes on elsewhere, or whoever returned a slot might never get out of its {@code close()}. The time is there because what one thread
 * has put in line costs another several times as much to serve: all of it is in the first one's cache.
 *
 * <p>Invariant: what was given to the loop is run once, whatever the tasks before it threw, and whatever the executor did with what
 * it was handed.
 */
public final class Delivery {
    /** How many futures one thread tells in a row, unless it is a thread of the executor. */
    public static final int INLINE_LIMIT = 256;

    /**
     * What goes on elsewhere where nobody has said what by. It has a thread for whoever comes, since all those of a shared pool may
     * wait for just what it is to tell: in a lock, or in a borrow. A JDK's common pool may have a single one, or none.
     */
    public static final Executor ELSEWHERE = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> Daemons.of(task, "duckpool continuations"));

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
            addLast(later(loop), task);
        }
    }

    /**
     * Has what this thread gives to the loop wait until {@link #end}: to be called by who has many to tell one after another.
     *
     * @return what to end it with; null if the loop runs already, and then there is nothing to end
     */
    public static @Nullable Object @Nullable [] begin() {
        @Nullable Object[] loop = LOOPS.get();
        if (loop[RUNNING] != null) {
            return null;
        }
        loop[RUNNING] = true;
        return loop;
    }

    /** Runs what was given to the loop since {@link #begin}, which gave it. */
    public static void end(@Nullable Object[] loop, Executor overflow) {
        try {
            drain(loop, poll(loop), INLINE_LIMIT, overflow);
        } finally {
            loop[RUNNING] = null; // even if there was no stack to get that far: else this thread would never tell again
        }
    }

    /** The JDK's queue takes the task before it grows: left there when no memory is found, it would be run twice, or the oldest be overwritten. */
    private static void addLast(ArrayDeque<Runnable> later, Runnable task) {
        try {
            later.addLast(task);
        } catch (Throwable e) {
            if (later.peekLast() == task) {
                later.pollLast();
            }
            throw e;
        }
    }

    /**
     * Hands what this thread has still to tell to the executor. To be called by a task that is about to wait: it may be waiting
     * for just that.
     */
    public static void leaveRest(Executor overflow) {
        FirstError.raise(leaveAll(LOOPS.get(), overflow, null));
    }

    /** Hands on what the loop has still to tell, or tells it here if the executor takes nothing. The first error, with the later ones. */
    private static @Nullable Throwable leaveAll(
            @Nullable Object[] loop, Executor overflow, @Nullable Throwable before) {
        Throwable thrown = before;
        for (Runnable next = poll(loop); next != null; next = poll(loop)) {
            try {
                if (!continueElsewhere(loop, next, overflow)) {
                    next.run();
                }
            } catch (Throwable e) {
                thrown = FirstError.of(thrown, e);
            }
        }
        return thrown;
    }

    private static void drain(@Nullable Object[] loop, @Nullable Runnable first, int limit, Executor overflow) {
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
        } catch (Throwable e) { // that a task did not keep to itself: it is no reason to forget the others
            leaveAll(loop, overflow, e);
            throw e;
        } finally {
            loop[RUNNING] = null;
        }
    }

    /** False if the executor takes nothing, for whatever reason; then all is as before. */
    private static boolean continueElsewhere(@Nullable Object[] loop, Runnable first, Executor overflow) {
        Object next = loop[NEXT];
        Object later = loop[LATER];
        Rest rest = null;
        try {
            rest = new Rest(first, loop.clone(), overflow);
            loop[NEXT] = null;
            loop[LATER] = null;
            overflow.execute(rest);
            return true;
        } catch (Throwable e) { // no thread or no memory, it is full or shut down, or broken
            if (rest != null && !rest.take()) {
                throw e; // it had been taken all the same: what threw may be one of the tasks
            }
            loop[NEXT] = next;
            loop[LATER] = later;
            return false;
        }
    }

    /** What a loop hands on. An executor may fail and run it all the same, so whoever takes it first has it. */
    private static final class Rest extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1L;

        private final transient Runnable first;

        /** Of its own: the executor's thread may be inside a task of another loop, and wait there. */
        private final transient @Nullable Object[] loop;

        private final transient Executor overflow;

        Rest(Runnable first, @Nullable Object[] loop, Executor overflow) {
            this.first = first;
            this.loop = loop;
            this.overflow = overflow;
        }

        boolean take() {
            return compareAndSet(false, true);
        }

        @Override
        public void run() {
            if (!take()) {
                return;
            }
            @Nullable Object[] outer = null;
            try {
                outer = LOOPS.get();
                LOOPS.set(loop);
            } catch (Throwable e) { // no memory, on a fresh thread: the loop works as well unseen
                outer = null;
            }
            try {
                drain(loop, first, EXECUTOR_LIMIT, overflow);
            } finally {
                if (outer != null) {
                    LOOPS.set(outer);
                }
            }
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
