package io.github.duckpool.benchmarks.mutex;

import com.ibm.asyncutil.locks.AsyncLock;
import com.ibm.asyncutil.locks.FairAsyncLock;
import io.github.duckpool.mutex.AsyncMutex;
import io.github.duckpool.mutex.AsyncSemaphore;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A lock that is asked without blocking. */
interface AsyncLine {
    /** Runs the work under the lock, now or when its turn has come, and returns the lock. */
    void request(Supplier<CompletableFuture<Object>> work);

    /** Takes the lock, which is free or will be in a moment, and gives what returns it. */
    Runnable take();

    /**
     * One of them.
     *
     * @param name which
     * @param isLong whether so many wait that those without a loop of their own need one: their continuations would
     *     overflow the stack
     */
    static AsyncLine of(String name, boolean isLong) {
        return switch (name) {
            case Names.ASYNC_MUTEX -> new OfSemaphore(new AsyncMutex());
            case Names.ASYNC_SEMAPHORE -> new OfSemaphore(new AsyncSemaphore(1));
            case Names.FAIR_ASYNC_LOCK -> new OfAsyncLock(new FairAsyncLock());
            case Names.KOTLIN -> new OfKotlin(new KotlinMutex(), isLong);
            case Names.QUEUE -> new OfQueue(new FutureQueue(), isLong);
            case Names.FUTURES -> new OfFutures(new ArrayDeque<>());
            default -> throw new IllegalArgumentException("no lock " + name);
        };
    }

    /** This library's. */
    record OfSemaphore(AsyncSemaphore semaphore) implements AsyncLine {
        @Override
        public void request(Supplier<CompletableFuture<Object>> work) {
            var unused = semaphore.withPermit(work);
        }

        @Override
        public Runnable take() {
            return semaphore.acquire().join()::close;
        }
    }

    /** async-util's; it has a loop of its own. */
    record OfAsyncLock(AsyncLock lock) implements AsyncLine {
        @Override
        public void request(Supplier<CompletableFuture<Object>> work) {
            var unused = lock.acquireLock().thenAccept(token -> {
                var unusedResult = work.get();
                token.releaseLock();
            });
        }

        @Override
        public Runnable take() {
            return lock.acquireLock().toCompletableFuture().join()::releaseLock;
        }
    }

    /** Kotlin's, asked by continuations. */
    record OfKotlin(KotlinMutex mutex, boolean isLong) implements AsyncLine {
        @Override
        public void request(Supplier<CompletableFuture<Object>> work) {
            Runnable then = () -> {
                var unused = work.get();
                mutex.unlock();
            };
            mutex.lock(isLong ? () -> Trampoline.run(then) : then);
        }

        @Override
        public Runnable take() {
            CompletableFuture<Object> locked = new CompletableFuture<>();
            mutex.lock(() -> locked.complete(this));
            locked.join();
            return mutex::unlock;
        }
    }

    /** No lock at all: futures with one dependent each, which whoever returns the lock completes in a loop. The least that telling them costs. */
    record OfFutures(ArrayDeque<CompletableFuture<Object>> waiting) implements AsyncLine {
        @Override
        public void request(Supplier<CompletableFuture<Object>> work) {
            CompletableFuture<Object> future = new CompletableFuture<>();
            var unused = future.thenApply(lock -> work.get());
            waiting.add(future);
        }

        @Override
        public Runnable take() {
            return () -> {
                for (CompletableFuture<Object> next = waiting.poll(); next != null; next = waiting.poll()) {
                    next.complete(this);
                }
            };
        }
    }

    /** What one writes in an hour. */
    record OfQueue(FutureQueue queue, boolean isLong) implements AsyncLine {
        @Override
        public void request(Supplier<CompletableFuture<Object>> work) {
            var unused = queue.acquire().thenRun(() -> {
                if (isLong) {
                    Trampoline.run(() -> finish(work));
                } else {
                    finish(work);
                }
            });
        }

        private void finish(Supplier<CompletableFuture<Object>> work) {
            var unused = work.get();
            queue.release();
        }

        @Override
        public Runnable take() {
            queue.acquire().join();
            return queue::release;
        }
    }
}
