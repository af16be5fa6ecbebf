package io.github.duckpool.internal.gate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The present suspension of a gate, if there is one, and the stage that tells its owner that every slot is EMPTY. */
final class Suspension {
    private volatile @Nullable CompletableFuture<@Nullable Void> present;

    /** Begins a suspension unless there is one; the gate is marked under this lock, so that the mark and the stage agree. */
    synchronized CompletionStage<@Nullable Void> begin(Runnable mark) {
        CompletableFuture<@Nullable Void> drained = present;
        if (drained == null) {
            drained = new CompletableFuture<>();
            present = drained;
            mark.run();
        }
        return drained.copy();
    }

    void end(Runnable unmark) {
        CompletableFuture<@Nullable Void> drained;
        synchronized (this) {
            drained = present;
            present = null;
            unmark.run();
        }
        if (drained != null) {
            drained.cancel(false);
        }
    }

    /**
     * The stage to complete. Take it before looking at the slots: what they show may be of a later suspension, but never of an
     * earlier one, and the stage of a suspension that ended is cancelled.
     */
    @Nullable
    CompletableFuture<@Nullable Void> present() {
        return present;
    }
}
