package io.github.duckpool.mutex;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The contract says no more than the JDK's fair semaphore does. */
class SemaphoreAsReferenceTest extends MutexContract {

    @Override
    boolean closesOnce() {
        return false;
    }

    @Override
    Subject newSubject() {
        Semaphore semaphore = new Semaphore(1, true);
        return new Subject() {
            @Override
            public Permit lock() throws InterruptedException {
                semaphore.acquire();
                return semaphore::release;
            }

            @Override
            public Permit lock(Duration timeout) throws InterruptedException, TimeoutException {
                if (!semaphore.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new TimeoutException();
                }
                return semaphore::release;
            }

            @Override
            public Permit tryAcquire() {
                return !semaphore.hasQueuedThreads() && semaphore.tryAcquire() ? semaphore::release : null;
            }

            @Override
            public int queueLength() {
                return semaphore.getQueueLength();
            }

            @Override
            public int available() {
                return semaphore.availablePermits();
            }
        };
    }
}
