package io.github.duckpool.retry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Time and chance, as retries see them. Thread-safe. */
interface RetryTime {
    /** The JVM's own. */
    RetryTime SYSTEM = new SystemTime();

    /** A clock that only differences of mean something. */
    long nanoTime();

    /** Blocks the calling thread; an interrupt that came before or comes meanwhile ends it, and clears the flag. */
    void sleep(long nanos) throws InterruptedException;

    /** Runs the task after a delay, on a thread that many share and that it must not hold up. */
    void schedule(Runnable task, long delayNanos);

    /** A random number from 0 to less than 1. */
    double random();

    /** Waits by parking, which is finer than {@code Thread.sleep} on older JDKs: a conflict is over in less than a millisecond. */
    final class SystemTime implements RetryTime {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            long startNanos = System.nanoTime();
            for (long left = nanos; ; left = nanos - (System.nanoTime() - startNanos)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (left <= 0) {
                    return;
                }
                LockSupport.parkNanos(this, left);
            }
        }

        @Override
        public void schedule(Runnable task, long delayNanos) {
            CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(task);
        }

        @Override
        public double random() {
            return ThreadLocalRandom.current().nextDouble();
        }
    }
}
