package io.github.duckpool.benchmarks.mutex;

/** What the contenders are called; without commas, so that JMH's command line takes them. */
final class Names {
    static final String ASYNC_MUTEX = "AsyncMutex";
    static final String ASYNC_SEMAPHORE = "AsyncSemaphore(1)";
    static final String SEMAPHORE = "fair Semaphore(1)";
    static final String ASYNC_MUTEX_CALL = "AsyncMutex.call";
    static final String SEMAPHORE_PERMIT = "fair Semaphore(1) with a permit object";
    /** A control: what differs between the two is no lock's doing. */
    static final String SEMAPHORE_AGAIN = "fair Semaphore(1) in a second JVM";

    static final String REENTRANT_LOCK = "fair ReentrantLock";
    static final String FAIR_ASYNC_LOCK = "async-util FairAsyncLock";
    static final String KOTLIN = "Kotlin Mutex";
    static final String FUTURES = "futures alone";
    static final String QUEUE = "synchronized queue of futures";

    private Names() {}
}
