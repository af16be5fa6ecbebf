package io.github.duckpool.internal.gate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The present suspension of a gate, if there is one, and the stage that tells its owner that every slot is EMPTY. */
final class Suspension {
    private volatile @Nullable CompletableFuture<@Nullable Void> present;

    /**
     * Begins a suspension unless there is one; the gate is marked under this lock, so that the mark and the stage agree. First the mark:
     * whoever returned a slot just before finds the stage as soon as it is here, and slots that are EMPTY now tell nothing while
     * they can still be lent.
     */
    synchronized CompletionStage<@Nullable Void> begin(Runnable mark) {
        CompletableFuture<@Nullable Void> drained = present;
        if (drained == null) {
            mark.run();
            drained = new CompletableFuture<>();
            present = drained;
        }
        return drained.copy();
    }

    /**
     * Ends it. The stage is over before the mark is, for whoever has found the stage may still be looking at the slots; and not under the lock,
     * since what hangs on the stage runs with it. Whoever has begun a later suspension meanwhile needs the mark.
     */
    void end(Runnable unmark) {
        CompletableFuture<@Nullable Void> drained;
        synchronized (this) {
            drained = present;
            present = null;
        }
        if (drained != null) {
            drained.cancel(false);
        }
        synchronized (this) {
            if (present == null) {
                unmark.run();
            }
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
