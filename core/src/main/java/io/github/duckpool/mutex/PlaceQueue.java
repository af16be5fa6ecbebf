package io.github.duckpool.mutex;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One place, handed from one request to the next in their order. Thread-safe. */
final class PlaceQueue {
    /** Guarded by itself, as is {@link #taken}. */
    private final Queue<CompletableFuture<Permit>> waiting = new ArrayDeque<>();

    private boolean taken;

    Optional<Permit> tryAcquire() {
        synchronized (waiting) {
            if (taken) {
                return Optional.empty();
            }
            taken = true;
            return Optional.of(new Place());
        }
    }

    CompletableFuture<Permit> acquire() {
        var asked = new CompletableFuture<Permit>();
        Permit free;
        synchronized (waiting) {
            free = tryAcquire().orElse(null);
            if (free == null) {
                waiting.add(asked);
            }
        }
        if (free != null) {
            asked.complete(free);
        }
        return asked;
    }

    Permit lock(Deadline deadline) throws InterruptedException, TimeoutException {
        CompletableFuture<Permit> asked = acquire();
        try {
            return deadline.isNever() ? asked.get() : asked.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        } catch (InterruptedException | TimeoutException e) {
            if (!asked.cancel(false)) {
                asked.join().close();
            }
            deadline.check("others of this process are before it");
            throw e;
        }
    }

    int queueLength() {
        synchronized (waiting) {
            waiting.removeIf(CompletableFuture::isDone);
            return waiting.size();
        }
    }

    private @Nullable CompletableFuture<Permit> next() {
        synchronized (waiting) {
            CompletableFuture<Permit> next = waiting.poll();
            taken = next != null;
            return next;
        }
    }

    private final class Place implements Permit {
        private final AtomicBoolean closed = new AtomicBoolean();

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                // whoever gave up has completed his future: the place goes on to the next
                for (var next = next(); next != null; next = next()) {
                    if (next.complete(new Place())) {
                        return;
                    }
                }
            }
        }
    }
}
