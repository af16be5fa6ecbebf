package io.github.duckpool.internal.wait;

/** Errors that nobody is there to catch, because whoever meets them has others to tell or something done to answer for. */
public final class Uncaught {

    private Uncaught() {}

    /** Hands it to the thread's handler. Throws nothing, not even what the handler throws. */
    public static void report(Throwable e) {
        try {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        } catch (Throwable handlerFailed) {
            FirstError.suppress(e, handlerFailed);
        }
    }
}
