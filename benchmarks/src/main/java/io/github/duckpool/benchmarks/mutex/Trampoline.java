package io.github.duckpool.benchmarks.mutex;

import java.util.ArrayDeque;

/** Makes a loop of tasks that start one another, for the contenders that would overflow the stack. */
final class Trampoline {
    private static final ThreadLocal<Trampoline> LOOPS = ThreadLocal.withInitial(Trampoline::new);

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean isRunning;

    private Trampoline() {}

    static void run(Runnable task) {
        LOOPS.get().add(task);
    }

    private void add(Runnable task) {
        if (isRunning) {
            tasks.add(task);
            return;
        }
        isRunning = true;
        for (Runnable next = task; next != null; next = tasks.poll()) {
            next.run();
        }
        isRunning = false;
    }
}
