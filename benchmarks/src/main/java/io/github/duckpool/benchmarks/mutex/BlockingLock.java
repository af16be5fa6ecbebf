package io.github.duckpool.benchmarks.mutex;

import com.ibm.asyncutil.locks.AsyncLock;
import com.ibm.asyncutil.locks.FairAsyncLock;
import io.github.duckpool.mutex.AsyncMutex;
import io.github.duckpool.mutex.AsyncSemaphore;
import io.github.duckpool.mutex.Permit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/** Takes a lock and returns it, on this thread. */
interface BlockingLock {
    /** Gives the lock. The permit goes no further, as in a try statement, so the compiler may do without an object where it can. */
    Object hold() throws Exception;

    /** Those that wait for the lock. */
    static BlockingLock waiting(String name) {
        return switch (name) {
            case Names.ASYNC_MUTEX -> waiting(new AsyncMutex());
            case Names.ASYNC_SEMAPHORE -> waiting(new AsyncSemaphore(1));
            case Names.SEMAPHORE, Names.SEMAPHORE_AGAIN -> {
                Semaphore semaphore = new Semaphore(1, true);
                yield () -> {
                    semaphore.acquire();
                    semaphore.release();
                    return semaphore;
                };
            }
            case Names.ASYNC_MUTEX_CALL -> {
                AsyncMutex mutex = new AsyncMutex();
                yield () -> mutex.call(() -> mutex);
            }
            case Names.SEMAPHORE_PERMIT -> {
                Semaphore semaphore = new Semaphore(1, true);
                yield () -> {
                    semaphore.acquire();
                    SemaphorePermit permit = new SemaphorePermit(semaphore);
                    permit.close();
                    return semaphore;
                };
            }
            case Names.REENTRANT_LOCK -> {
                ReentrantLock lock = new ReentrantLock(true);
                yield () -> {
                    lock.lockInterruptibly();
                    lock.unlock();
                    return lock;
                };
            }
            case Names.FAIR_ASYNC_LOCK -> {
                AsyncLock lock = new FairAsyncLock();
                yield () -> {
                    AsyncLock.LockToken token =
                            lock.acquireLock().toCompletableFuture().get();
                    token.releaseLock();
                    return token;
                };
            }
            case Names.KOTLIN -> {
                KotlinMutex mutex = new KotlinMutex();
                yield () -> {
                    mutex.lock();
                    mutex.unlock();
                    return mutex;
                };
            }
            case Names.QUEUE -> {
                FutureQueue queue = new FutureQueue();
                yield () -> {
                    queue.acquire().get();
                    queue.release();
                    return queue;
                };
            }
            default -> throw new IllegalArgumentException("no lock " + name);
        };
    }

    private static BlockingLock waiting(AsyncSemaphore semaphore) {
        return () -> {
            Permit permit = semaphore.lock();
            permit.close();
            return semaphore;
        };
    }

    /** Those that take the lock only if it is free; {@code hold} is called by a single thread, so it is. */
    static BlockingLock trying(String name) {
        return switch (name) {
            case Names.ASYNC_MUTEX -> trying(new AsyncMutex());
            case Names.ASYNC_SEMAPHORE -> trying(new AsyncSemaphore(1));
            case Names.SEMAPHORE -> {
                Semaphore semaphore = new Semaphore(1, true);
                yield () -> {
                    if (semaphore.tryAcquire()) {
                        semaphore.release();
                    }
                    return semaphore;
                };
            }
            case Names.REENTRANT_LOCK -> {
                ReentrantLock lock = new ReentrantLock(true);
                yield () -> {
                    if (lock.tryLock()) {
                        lock.unlock();
                    }
                    return lock;
                };
            }
            case Names.FAIR_ASYNC_LOCK -> {
                AsyncLock lock = new FairAsyncLock();
                yield () -> {
                    AsyncLock.LockToken token = lock.tryLock().orElseThrow();
                    token.releaseLock();
                    return token;
                };
            }
            case Names.KOTLIN -> {
                KotlinMutex mutex = new KotlinMutex();
                yield () -> {
                    if (mutex.tryLock()) {
                        mutex.unlock();
                    }
                    return mutex;
                };
            }
            default -> throw new IllegalArgumentException("nobody tries " + name);
        };
    }

    private static BlockingLock trying(AsyncSemaphore semaphore) {
        return () -> {
            Permit permit = semaphore.tryAcquire();
            if (permit != null) {
                permit.close();
            }
            return semaphore;
        };
    }

    /** What makes a semaphore as safe to close twice, from any thread, as a {@link Permit}. */
    final class SemaphorePermit extends AtomicBoolean implements Permit {
        private static final long serialVersionUID = 1L;

        private final transient Semaphore semaphore;

        SemaphorePermit(Semaphore semaphore) {
            this.semaphore = semaphore;
        }

        @Override
        public void close() {
            if (compareAndSet(false, true)) {
                semaphore.release();
            }
        }
    }
}
