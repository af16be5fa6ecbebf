package io.github.duckpool.internal.wait;

/** The library's own threads. */
public final class Daemons {
    private Daemons() {}

    /** A daemon, not started yet, that inherits no thread-locals of the caller that happens to need it first. */
    public static Thread of(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }
}
