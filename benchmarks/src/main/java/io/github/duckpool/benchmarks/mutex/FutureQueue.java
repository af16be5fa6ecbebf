package io.github.duckpool.benchmarks.mutex;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/** A mutex as one writes it in a few lines: a flag and a queue of futures, under a monitor. Futures are completed outside of it. */
final class FutureQueue {
    private final ArrayDeque<CompletableFuture<FutureQueue>> waiting = new ArrayDeque<>();
    private boolean isTaken;

    CompletableFuture<FutureQueue> acquire() {
        synchronized (waiting) {
            if (isTaken) {
                CompletableFuture<FutureQueue> future = new CompletableFuture<>();
                waiting.add(future);
                return future;
            }
            isTaken = true;
        }
        return CompletableFuture.completedFuture(this);
    }

    void release() {
        CompletableFuture<FutureQueue> next;
        synchronized (waiting) {
            next = waiting.poll();
            isTaken = next != null;
        }
        if (next != null) {
            next.complete(this);
        }
    }
}
